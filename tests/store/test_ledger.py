from __future__ import annotations

import os
import stat
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.errors import RunNotFoundError, StoreError
from sweepflow.store import Home
from sweepflow.store.database import Database
from sweepflow.store.ledger import Ledger
from sweepflow.store.records import Claim, Ending, Hit, Lease, Run, sha256
from tests.store.conftest import (
    HERE,
    a_claim,
    a_reuse,
    a_run,
    an_atom,
    an_ending,
    did,
)

if TYPE_CHECKING:
    from pathlib import Path

FULL = Run(
    id="abc",
    plan_id="p",
    kind="workflow",
    name="n",
    task="t",
    command="c",
    cwd="/",
    provenance=replace(
        HERE, git_commit="1" * 40, git_dirty=True, packages=sha256("packages")
    ),
    started_at=1.5,
    driver="host:1:2",
    params={"lr": 0.1, "deep": {"list": [1, None, "x", True]}},
    error="none",
    exit_code=-9,
    finished_at=2.5,
    cpu_seconds=0.25,
    max_rss=5_000_000_000,
    attempts=3,
    kept=False,
    parent="par",
    step="s",
    label="the best \U0001f3c6",
    tags=("b", "a"),
    marked=True,
    source=sha256("source"),
    facts={"files": ["out.txt"], "objective": None},
    deleted_at=3.5,
    purged=True,
)


def test_gives_back_what_was_recorded(ledger: Ledger) -> None:
    ledger.start(FULL)
    assert ledger.get("abc") == FULL


def test_a_run_without_a_fingerprint_ends_plainly(ledger: Ledger) -> None:
    ledger.start(a_run("abc"))
    ending = Ending("abc", "failed", 2.5, 3, "exited with 3", 0.5, 7_000_000_000, 2)

    assert ledger.commit([ending]) == frozenset()

    assert ledger.get("abc") == a_run(
        "abc",
        status="failed",
        finished_at=2.5,
        exit_code=3,
        error="exited with 3",
        cpu_seconds=0.5,
        max_rss=7_000_000_000,
        attempts=2,
    )


def test_lists_newest_first_and_filters(ledger: Ledger) -> None:
    ledger.start(a_run("0", name="a", started_at=0.0))
    ledger.start(a_run("1", name="b", started_at=1.0, task="x", kind="workflow"))
    ledger.start(a_run("2", name="a", started_at=2.0, plan_id="q"))
    ledger.commit([an_ending("0")])

    def listed(**filters: Any) -> list[str]:  # noqa: ANN401
        return [run.id for run in ledger.runs(**filters)]

    assert listed() == ["2", "1", "0"]
    assert listed(name="a") == ["2", "0"]
    assert listed(status="running") == ["2", "1"]
    assert listed(status="completed", name="a") == ["0"]
    assert listed(task="x") == listed(kind="workflow") == ["1"]
    assert listed(plan_id="q") == ["2"]
    assert listed(name="a\0") == []
    assert [run.id for run in ledger.runs(limit=1)] == ["2"]


def test_a_unique_prefix_will_do(ledger: Ledger) -> None:
    for run_id in ("aa11", "aa22", "bb", "bbb"):
        ledger.start(a_run(run_id))

    assert ledger.get("aa2").id == "aa22"
    assert ledger.get("bb").id == "bb"  # not the beginning of another
    with pytest.raises(RunNotFoundError, match="more than one run"):
        ledger.get("aa")
    for unknown in ("zz", "a_", "a%", "AA2", "\0", "\udcff"):
        with pytest.raises(RunNotFoundError, match="no run has the id"):
            ledger.get(unknown)


# Leases


def test_a_claim_starts_the_run_and_holds_the_lease(ledger: Ledger) -> None:
    claim = a_claim("a", started_at=3.0)

    assert ledger.acquire([claim]) == {"a": None}

    assert ledger.get("a") == claim.run
    key = sha256("work")
    lease = Lease(key, "a", "d", "h", 3.0)
    assert ledger.leases([key, sha256("other")]) == {key: lease}


def test_who_comes_second_gets_the_lease_of_the_first(ledger: Ledger) -> None:
    ledger.acquire([a_claim("a")])

    answers = ledger.acquire([a_claim("b", driver="e"), a_claim("c", "other")])

    assert answers == {"b": Lease(sha256("work"), "a", "d", "h", 0.0), "c": None}
    assert ledger.acquire([a_claim("d")], fresh=True)["d"] == answers["b"]
    assert {run.id for run in ledger.runs()} == {"a", "c"}


def test_of_equal_claims_one_gets_the_lease(ledger: Ledger) -> None:
    answers = ledger.acquire([a_claim("a"), a_claim("b")])
    assert [type(answers["a"]), type(answers["b"])] == [type(None), Lease]


def test_what_was_done_is_a_hit(ledger: Ledger) -> None:
    did(ledger, a_claim("a"), "1", "2")
    hit = Hit("a", {"out0": an_atom("1"), "out1": an_atom("2")})

    assert ledger.hits([sha256("work"), sha256("other")]) == {sha256("work"): hit}
    assert ledger.acquire([a_claim("b"), a_claim("c", "other")]) == {
        "b": hit,
        "c": None,
    }
    assert list(hit.outputs) == ["out0", "out1"]
    assert ledger.leases([sha256("work")]) == {}
    with pytest.raises(RunNotFoundError):
        ledger.get("b")


def test_a_hit_may_have_no_outputs(ledger: Ledger) -> None:
    did(ledger, a_claim("a"))
    assert ledger.hits([sha256("work")]) == {sha256("work"): Hit("a", {})}


def test_fresh_runs_again_and_the_newest_counts(ledger: Ledger) -> None:
    did(ledger, a_claim("b", started_at=1.0), "old")

    assert ledger.acquire([a_claim("a", started_at=2.0)], fresh=True) == {"a": None}
    ledger.commit([an_ending("a", "new")])

    assert ledger.hits([sha256("work")])[sha256("work")].run_id == "a"


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_what_did_not_complete_is_no_hit(ledger: Ledger, status: str) -> None:
    ledger.acquire([a_claim("a")])
    assert ledger.hits([sha256("work")]) == {}  # while it runs
    assert ledger.commit([an_ending("a", status=status)]) == frozenset()

    assert ledger.hits([sha256("work")]) == {}
    assert ledger.acquire([a_claim("b")]) == {"b": None}


def test_what_is_forgotten_is_no_hit(ledger: Ledger) -> None:
    did(ledger, a_claim("a", started_at=1.0), "1")
    ledger.acquire([a_claim("b", started_at=2.0)], fresh=True)
    ledger.commit([an_ending("b", "2")])

    ledger.forget(["b"])
    assert ledger.hits([sha256("work")])[sha256("work")].run_id == "a"
    ledger.forget(["a", "unknown"])
    assert ledger.hits([sha256("work")]) == {}
    assert not ledger.get("a").kept


def test_a_reused_run_is_recorded_and_no_hit(ledger: Ledger) -> None:
    did(ledger, a_claim("a"), "1")
    reuse = a_reuse("b", "a", "work", an_atom("1"))

    assert ledger.commit((), [reuse]) == frozenset()

    assert ledger.get("b") == reuse.run
    assert ledger.catalog.outputs("b") == {"out0": an_atom("1")}
    assert ledger.hits([sha256("work")])[sha256("work")].run_id == "a"


def test_any_number_of_keys(ledger: Ledger) -> None:
    claims = [a_claim(f"{n:05}", str(n)) for n in range(40_000)]
    assert set(ledger.acquire(claims[:2000]).values()) == {None}
    ledger.commit([an_ending(claim.run.id) for claim in claims[:2000]])

    keys = [sha256(str(n)) for n in range(40_000)]
    assert ledger.hits(keys).keys() == set(keys[:2000])
    assert ledger.hits([]) == ledger.leases([]) == {}
    assert ledger.acquire([]) == {}
    assert ledger.commit() == frozenset()


def test_a_driver_beats_for_its_own(ledger: Ledger) -> None:
    ledger.acquire(
        [a_claim("a", "1"), a_claim("b", "2"), a_claim("c", "3", driver="e")]
    )

    ledger.beat("d", 7.0)

    leases = ledger.leases([sha256(work) for work in "123"]).values()
    assert {lease.run_id: lease.beat_at for lease in leases} == {
        "a": 7.0,
        "b": 7.0,
        "c": 0.0,
    }


# Fences


def test_who_was_given_up_cannot_come_back(ledger: Ledger) -> None:
    ledger.acquire([a_claim("a")])
    taken_over = Ending("a", "interrupted", 1.0, error="its driver died")
    assert ledger.commit([taken_over]) == frozenset()
    assert ledger.acquire([a_claim("b")]) == {"b": None}

    late = an_ending("a", "stale")
    assert ledger.commit([late, an_ending("b", "new")]) == {"a"}
    assert ledger.get("b").status == "running"  # it may have built on what "a" made
    assert ledger.commit([an_ending("b", "new")]) == frozenset()

    assert ledger.get("a").status == "interrupted"
    assert ledger.catalog.outputs("a") == {}
    assert [atom.digest for atom in ledger.catalog.atoms()] == [sha256("new")]
    assert ledger.hits([sha256("work")])[sha256("work")].run_id == "b"


def test_an_end_without_the_lease_does_not_count(address: Path | str) -> None:
    with closing(Ledger(address)) as ledger, closing(Database(address)) as database:
        ledger.acquire([a_claim("a", "1"), a_claim("b", "2")])
        with database.writing() as transaction:
            transaction.write("DELETE FROM leases WHERE run_id = 'a'", [{}])

        assert ledger.commit([an_ending("a", "x"), an_ending("b")]) == {"a"}

        assert ledger.get("a").status == "running"
        assert ledger.catalog.atoms() == []


def test_an_end_is_final(ledger: Ledger) -> None:
    ledger.start(a_run("a"))
    ledger.commit([an_ending("a", status="failed")])
    assert ledger.commit([an_ending("a"), an_ending("never")]) == {"a", "never"}
    assert ledger.get("a").status == "failed"


def test_all_or_nothing(ledger: Ledger) -> None:
    ledger.acquire([a_claim("a")])
    ledger.start(a_run("there"))

    with pytest.raises(StoreError, match="cannot be used"):
        ledger.commit([an_ending("a", "1")], [a_reuse("there", "a", "work")])

    assert ledger.get("a").status == "running"
    assert ledger.catalog.atoms() == []
    assert ledger.leases([sha256("work")])
    assert ledger.commit([an_ending("a", "1")]) == frozenset()


def test_two_runs_may_make_the_same_atom(ledger: Ledger) -> None:
    claims = [a_claim("a", "1"), a_claim("b", "2")]
    ledger.acquire(claims)
    ledger.commit([an_ending("a", "same"), an_ending("b", "same", "same")])

    [atom] = ledger.catalog.atoms()
    assert [run.id for run in ledger.catalog.makers(atom.id)] == ["a", "b"]


def test_a_claim_needs_a_fingerprint(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="no fingerprint"):
        ledger.acquire([Claim(a_run("a"), {}, {}, {})])


# Texts


def test_text_that_no_database_takes_is_kept_with_escapes(ledger: Ledger) -> None:
    odd = "\udcff\0é"
    run = a_run("abc", command=odd, params={odd: odd}, driver=odd, task=odd)
    ledger.start(run)
    ledger.commit([replace(an_ending("abc"), error=odd)])
    ledger.acquire([Claim(replace(run, id="b", fingerprint="f"), {odd: odd}, {}, {})])
    ledger.beat(odd, 1.0)

    shown = r"\udcff\x00é"
    found = ledger.get("abc")
    assert (found.command, found.error, found.task) == (shown, shown, shown)
    assert found.params == {odd: odd}
    assert {run.id for run in ledger.runs(task=odd)} == {"abc", "b"}
    assert ledger.leases(["f"])["f"].driver == shown


@pytest.mark.parametrize(
    "text", ["", "a\r\nb", "\0", "\udcff", "é\U0001f600", "x" * 10**6]
)
def test_texts_are_kept_as_they_are(ledger: Ledger, text: str) -> None:
    assert ledger.text(text) == ledger.text(text) == sha256(text)
    assert ledger.catalog.text(sha256(text)) == text


def test_numbers_that_json_does_not_know(ledger: Ledger) -> None:
    ledger.start(a_run("a", params={"lr": float("inf")}))
    assert ledger.get("a").params == {"lr": float("inf")}


# Files


def _record(address: Path | str, n: int) -> None:
    with closing(Ledger(address)) as ledger:
        ledger.start(a_run(f"run-{n}"))
        ledger.commit([an_ending(f"run-{n}")])


def test_eight_first_starts_at_once(address: Path | str) -> None:
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as pool:
        list(pool.map(_record, [address] * 16, range(16)))

    with closing(Ledger(address)) as ledger:
        assert len(ledger.runs(status="completed")) == 16


def test_only_what_must_outlive_a_power_cut_waits_for_the_disk(home: Home) -> None:
    with closing(Database(home.ledger)) as database:
        for _ in range(2):
            for durable, level in ((True, 2), (False, 1)):  # FULL, NORMAL
                with database.writing(durable=durable) as transaction:
                    assert transaction.read("PRAGMA journal_mode") == [("wal",)]
                    assert transaction.read("PRAGMA synchronous") == [(level,)]


@pytest.mark.parametrize(
    "address", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_likewise_on_a_server(address: Path | str) -> None:
    with closing(Database(address)) as database:
        for durable, level in ((True, "on"), (False, "off"), (True, "on")):
            with database.writing(durable=durable) as transaction:
                assert transaction.read("SHOW synchronous_commit") == [(level,)]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("this is no database" * 100)
    with pytest.raises(StoreError, match="cannot be used: file is not a database"):
        Ledger(path)


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%41b", "a%3Fb", "a b", "\udcff"])
def test_a_path_may_have_any_characters(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / name)
    home.prepare()

    with closing(Ledger(home.ledger)) as ledger:
        ledger.start(a_run("abc"))

    assert os.listdir(tmp_path) == [name]  # noqa: PTH208 - the bare names
    assert home.has_ledger()
    with closing(Ledger(home.ledger, read_only=True)) as ledger:
        assert ledger.get("abc") == a_run("abc")


def test_reading_only_changes_nothing(home: Home) -> None:
    with closing(Ledger(home.ledger)) as ledger:
        ledger.start(a_run("abc"))
    (home.root / "ledger.db.lock").unlink()
    before = sorted(home.root.iterdir())

    with closing(Ledger(home.ledger, read_only=True)) as ledger:
        assert [run.id for run in ledger.runs()] == ["abc"]
        assert ledger.hits(["f"]) == {}
        assert sorted(home.root.iterdir()) == before


def test_reading_only_cannot_write(address: Path | str) -> None:
    Ledger(address).close()
    with closing(Ledger(address, read_only=True)) as ledger:
        for write in (lambda: ledger.start(a_run("a")), lambda: ledger.text("a")):
            with pytest.raises(StoreError, match=r"read-?only"):
                write()


def test_reading_only_sees_what_another_process_is_writing(
    address: Path | str,
) -> None:
    with closing(Ledger(address)) as writer:
        writer.start(a_run("abc"))
        with closing(Ledger(address, read_only=True)) as reader:
            assert [run.id for run in reader.runs()] == ["abc"]


def test_readers_and_writers_do_not_wait_for_each_other(address: Path | str) -> None:
    with closing(Ledger(address)) as ledger, closing(Database(address)) as other:
        ledger.start(a_run("abc"))
        with other.writing() as transaction:
            transaction.write("UPDATE runs SET attempts = 7", [{}])
            assert ledger.get("abc").attempts == 1
            assert ledger.hits(["f"]) == {}
        assert ledger.get("abc").attempts == 7


def test_a_group_may_share_a_ledger(home: Home) -> None:
    before = os.umask(0o002)
    try:
        Ledger(home.ledger).close()
    finally:
        os.umask(before)
    mode = stat.S_IMODE((home.root / "ledger.db.lock").stat().st_mode)
    assert mode & 0o044 == 0o044


def test_threads_may_share_one(ledger: Ledger) -> None:
    def work(n: int) -> None:
        did(ledger, a_claim(f"r{n}", str(n)), str(n))
        ledger.beat("d", float(n))
        assert ledger.get(f"r{n}").status == "completed"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(64)))
    assert len(ledger.catalog.atoms()) == 64


def test_what_is_known_is_not_stored_again(ledger: Ledger) -> None:
    text = {sha256("x = 1"): "x = 1"}
    for run_id in "abc":
        claim = replace(a_claim(run_id, run_id), texts=text)
        assert ledger.acquire([claim]) == {run_id: None}
    assert ledger.catalog.text(sha256("x = 1")) == "x = 1"
