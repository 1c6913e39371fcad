from __future__ import annotations

import os
import sqlite3
import stat
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from sweepflow.errors import RunNotFoundError, StoreError
from sweepflow.store import Home
from sweepflow.store.ledger import Ledger, Run


def a_run(run_id: str, *, name: str = "n", started_at: float = 0.0) -> Run:
    return Run(
        id=run_id,
        plan_id="p",
        name=name,
        task=name,
        command="true",
        cwd="/",
        host="h",
        user="u",
        git_commit=None,
        git_dirty=None,
        python="3",
        sweepflow="0",
        started_at=started_at,
        params={"lr": "0.1"},
    )


def test_gives_back_what_was_recorded(home: Home) -> None:
    ledger = Ledger(home.ledger)
    ledger.start(a_run("abc"))
    assert ledger.get("abc") == a_run("abc")

    ledger.finish("abc", status="failed", exit_code=3, finished_at=2.5)

    run = ledger.get("abc")
    assert (run.status, run.exit_code, run.seconds) == ("failed", 3, 2.5)
    ledger.close()


def test_lists_newest_first_and_filters(home: Home) -> None:
    ledger = Ledger(home.ledger)
    for n, name in enumerate(["a", "b", "a"]):
        ledger.start(a_run(str(n), name=name, started_at=float(n)))
    ledger.finish("0", status="completed")

    assert [run.id for run in ledger.runs()] == ["2", "1", "0"]
    assert [run.id for run in ledger.runs(name="a")] == ["2", "0"]
    assert [run.id for run in ledger.runs(status="running")] == ["2", "1"]
    assert [run.id for run in ledger.runs(limit=1)] == ["2"]
    ledger.close()


def test_a_unique_prefix_will_do(home: Home) -> None:
    ledger = Ledger(home.ledger)
    ledger.start(a_run("aa11"))
    ledger.start(a_run("aa22"))

    assert ledger.get("aa2").id == "aa22"
    with pytest.raises(RunNotFoundError, match="more than one run"):
        ledger.get("aa")
    with pytest.raises(RunNotFoundError, match="no run has the id 'zz'"):
        ledger.get("zz")
    with pytest.raises(RunNotFoundError):
        ledger.get("a_")  # no wildcard
    ledger.close()


def _record(path: str, n: int) -> None:
    ledger = Ledger(Path(path))
    ledger.start(a_run(f"run-{n}"))
    ledger.finish(f"run-{n}", status="completed")
    ledger.close()


def test_eight_first_starts_at_once(home: Home) -> None:
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as pool:
        list(pool.map(_record, [str(home.ledger)] * 16, range(16)))

    ledger = Ledger(home.ledger)
    assert len(ledger.runs(status="completed")) == 16
    ledger.close()


def test_commits_outlive_a_power_cut(home: Home) -> None:
    ledger = Ledger(home.ledger)
    with ledger._engine.begin() as connection:  # pyright: ignore[reportPrivateUsage]
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    ledger.close()


def test_a_newer_format_is_refused(home: Home) -> None:
    Ledger(home.ledger).close()
    with sqlite3.connect(home.ledger) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()

    with pytest.raises(StoreError, match="has format 99"):
        Ledger(home.ledger)


def test_a_file_that_is_no_database_is_refused(home: Home) -> None:
    home.ledger.write_text("this is no database" * 100)
    with pytest.raises(StoreError, match="cannot be used: file is not a database"):
        Ledger(home.ledger)


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(StoreError, match=r"cannot write to .*file/home"):
        Home.of(tmp_path).prepare()


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%41b", "a%3Fb", "a b", "\udcff"])
def test_a_path_may_have_any_characters(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / name)
    home.prepare()

    ledger = Ledger(home.ledger)
    ledger.start(a_run("abc"))
    ledger.close()

    assert os.listdir(tmp_path) == [name]  # noqa: PTH208 - the bare names
    assert home.ledger.exists()
    ledger = Ledger(home.ledger, read_only=True)
    assert ledger.get("abc") == a_run("abc")
    ledger.close()


def test_text_that_is_no_unicode_is_kept_with_escapes(home: Home) -> None:
    ledger = Ledger(home.ledger)
    ledger.start(replace(a_run("abc"), command="echo \udcff", params={"a": "\udcff"}))
    ledger.finish("abc", error="no command '\udcff'")

    run = ledger.get("abc")
    assert run.command == r"echo \udcff"
    assert run.error == r"no command '\udcff'"
    assert run.params == {"a": "\udcff"}
    ledger.close()


def test_reading_only_changes_nothing(home: Home) -> None:
    ledger = Ledger(home.ledger)
    ledger.start(a_run("abc"))
    ledger.close()
    (home.root / "ledger.db.lock").unlink()
    before = sorted(home.root.iterdir())

    ledger = Ledger(home.ledger, read_only=True)

    assert [run.id for run in ledger.runs()] == ["abc"]
    assert sorted(home.root.iterdir()) == before
    with pytest.raises(StoreError, match="readonly database"):
        ledger.start(a_run("def"))
    ledger.close()


def test_reading_only_sees_what_another_process_is_writing(home: Home) -> None:
    writer = Ledger(home.ledger)
    writer.start(a_run("abc"))

    reader = Ledger(home.ledger, read_only=True)

    assert [run.id for run in reader.runs()] == ["abc"]
    reader.close()
    writer.close()


def test_a_newer_format_is_refused_by_readers_too(home: Home) -> None:
    Ledger(home.ledger).close()
    with sqlite3.connect(home.ledger) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()

    with pytest.raises(StoreError, match="has format 99"):
        Ledger(home.ledger, read_only=True)


def test_a_group_may_share_a_ledger(home: Home) -> None:
    before = os.umask(0o002)
    try:
        Ledger(home.ledger).close()
    finally:
        os.umask(before)
    mode = stat.S_IMODE((home.root / "ledger.db.lock").stat().st_mode)
    assert mode & 0o044 == 0o044


@pytest.mark.parametrize("name", ["~nobody-of-this-name/x", "link/x"])
def test_a_home_whose_path_leads_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to("link")
    monkeypatch.setenv("SWEEPFLOW_HOME", name)
    with pytest.raises(StoreError, match=name):
        Home.of(tmp_path).prepare()
