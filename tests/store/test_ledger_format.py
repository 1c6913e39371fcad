"""Ledgers of other formats, of other programs, and at addresses that are none."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from sweepflow.errors import StoreError
from sweepflow.store import schema
from sweepflow.store.database import Database
from sweepflow.store.ledger import Ledger
from sweepflow.store.migrations import HEAD, VERSION_TABLE
from sweepflow.store.records import Provenance, Run, sha256
from tests.store.conftest import a_claim, a_run, an_ending, did

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.store import Home

ON_POSTGRES = pytest.mark.parametrize(
    "address", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def old(home: Home) -> Path:
    """Give a ledger as the first release left it."""
    assert isinstance(home.ledger, Path)
    dump = Path(__file__).with_name("test_ledger_v1.sql").read_text("utf-8")
    with closing(sqlite3.connect(home.ledger)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(dump)
    return home.ledger


def make_second(address: Path | str) -> None:
    """Make a ledger as the second release left it."""
    dump = Path(__file__).with_name("test_ledger_v2.sql").read_text("utf-8")
    if isinstance(address, str):
        dump = dump.replace(" WITHOUT ROWID", "").replace(" BLOB", " BYTEA")
        dump = dump.replace("X'", r"'\x")
    with closing(Database(address)) as database, database.engine.begin() as connection:
        for statement in dump.split(";\n")[:-1]:
            connection.exec_driver_sql(statement)


def run_sql(address: Path | str, *statements: str) -> None:
    with closing(Database(address)) as database, database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def differences(path: Path) -> Sequence[Any]:
    """Give what must be done to a database's tables to make them ours."""
    with closing(Database(path)) as database, database.reading() as connection:
        # The first release had narrower types, which SQLite does not mind.
        options = {"version_table": VERSION_TABLE, "compare_type": False}
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, schema.metadata)


def test_an_old_ledger_is_brought_up_to_date(old: Path) -> None:
    with closing(Ledger(old)) as ledger:
        runs = ledger.runs()
        first = ledger.get("0000000000000001")
        assert [run.id[-1] for run in runs] == ["4", "3", "2", "1"]
        assert [run.status for run in runs] == [
            "running",
            "interrupted",
            "failed",
            "completed",
        ]
        assert (first.kind, first.attempts, first.kept) == ("job", 1, True)
        assert first.params == {"lr": "0.1", "note": "café \udcff"}
        assert (first.provenance.git_commit, first.provenance.git_dirty) == (
            "1" * 40,
            True,
        )
        assert first.provenance.user == "ada"
        assert runs[2].max_rss == 5_000_000_000
        assert first.fingerprint is first.driver is first.provenance.packages is None
        did(ledger, a_claim("new"), "1")
    with closing(Ledger(old)) as ledger:
        assert len(ledger.runs()) == 5
    assert differences(old) == []


def test_a_ledger_of_the_second_format_keeps_its_rows(address: Path | str) -> None:
    make_second(address)
    with closing(Ledger(address)) as ledger:
        runs = {run.id[-1]: run for run in ledger.runs()}
        assert {n: (run.kind, run.status) for n, run in runs.items()} == {
            "1": ("job", "completed"),
            "2": ("job", "running"),
            "3": ("workflow", "completed"),
            "4": ("workflow", "running"),
            "5": ("workflow", "cached"),
            "6": ("workflow", "running"),
        }
        assert runs["1"] == Run(
            id=f"{1:016}",
            plan_id="6c1f",
            kind="job",
            name="train",
            task="train.1",
            command="python train.py lr=0.1",
            cwd="/home/ada/project",
            provenance=Provenance(
                host="box",
                user="ada",
                git_commit="1" * 40,
                git_dirty=False,
                python="3.11.7",
                sweepflow="0.2.0",
                packages=sha256("numpy==1.0\n"),
            ),
            started_at=1760000001.5,
            driver="box:1:2",
            params={"lr": "0.1"},
            status="completed",
            exit_code=0,
            finished_at=1760000009.5,
            cpu_seconds=1.25,
            max_rss=5_000_000_000,
        )
        assert ledger.catalog.text(sha256("numpy==1.0\n")) == "numpy==1.0\n"
        [atom] = ledger.hits([sha256("made")])[sha256("made")].outputs.values()
        assert (atom.filename, atom.tags) == ("out.txt", ("good",))
        assert atom.metadata == {"n": 1}


def test_runs_of_the_second_format_that_still_run_end_as_ever(
    address: Path | str,
) -> None:
    make_second(address)
    with closing(Ledger(address)) as ledger:
        job, leased, reader = (f"{n:016}" for n in (2, 4, 6))
        assert not ledger.commit(
            [an_ending(run_id) for run_id in (job, leased, reader)]
        )
        assert ledger.runs(status="running") == []
    with closing(Ledger(address)) as ledger:
        assert len(ledger.runs(status="completed")) == 5


def test_without_its_lease_no_run_of_the_second_format_ends(
    address: Path | str,
) -> None:
    make_second(address)
    run_sql(address, "DELETE FROM leases")
    with closing(Ledger(address)) as ledger:
        leased = f"{4:016}"
        assert ledger.commit([an_ending(leased)]) == {leased}


def test_a_new_ledger_has_the_tables_that_revisions_lead_to(home: Home) -> None:
    assert isinstance(home.ledger, Path)
    Ledger(home.ledger).close()
    assert differences(home.ledger) == []


def test_indexes_are_the_same_whether_new_or_brought_up_to_date(
    old: Path, tmp_path: Path
) -> None:
    def indexes(path: Path) -> set[tuple[str, str]]:
        Ledger(path).close()
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
        with closing(sqlite3.connect(path)) as connection:
            return set(connection.execute(query))

    assert indexes(old) == indexes(tmp_path / "new.db")


def test_an_update_that_is_killed_leaves_the_old_ledger(old: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from alembic import op; from sweepflow.store.ledger import Ledger\n"
        "op.create_index = lambda *_: os.kill(os.getpid(), 9)\n"
        "Ledger(Path(sys.argv[1]))"
    )
    result = subprocess.run([sys.executable, "-c", code, old], check=False)
    assert result.returncode == -9
    with pytest.raises(StoreError, match="has format 1"):
        Ledger(old, read_only=True)
    with closing(Ledger(old)) as ledger:
        assert len(ledger.runs()) == 4


def test_four_may_bring_one_up_to_date_at_once(old: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from sweepflow.store.ledger import Ledger\n"
        "print(len(Ledger(Path(sys.argv[1])).runs()))"
    )
    command = [sys.executable, "-c", code, old]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[0] for process in processes] == [b"4\n"] * 4


def test_reading_only_does_not_update(old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(StoreError, match="has format 1") as caught:
        Ledger(old, read_only=True)
    assert "open it once" in str(caught.value.hint)
    assert old.read_bytes() == before


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("version", ["0099", "cafe"])
def test_a_newer_format_is_refused(
    address: Path | str, version: str, read_only: bool
) -> None:
    Ledger(address).close()
    run_sql(address, f"UPDATE ledger_version SET version_num = '{version}'")  # noqa: S608
    with pytest.raises(StoreError, match=f"has format {version.lstrip('0')}"):
        Ledger(address, read_only=read_only)


def test_another_programs_database_is_left_alone(address: Path | str) -> None:
    run_sql(
        address,
        "CREATE TABLE runs (run_uuid INTEGER)",
        "CREATE TABLE alembic_version (version_num INTEGER)",
    )
    with pytest.raises(StoreError, match="in use by another program"):
        Ledger(address)
    run_sql(address, "INSERT INTO runs (run_uuid) VALUES (1)")


def test_there_is_nothing_to_read_in_an_empty_one(address: Path | str) -> None:
    run_sql(address, "SELECT 1")
    with pytest.raises(StoreError, match="holds no runs yet"):
        Ledger(address, read_only=True)


def test_a_new_ledger_does_not_wait_for_alembic(home: Home) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from sweepflow.store.ledger import Ledger\n"
        "for _ in range(2): Ledger(Path(sys.argv[1])).close()\n"
        "print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(home.ledger)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert result.stdout == "False\n"


# Addresses


def test_a_path_may_be_written_as_a_url(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(Ledger(f"sqlite:///{path}")) as ledger:
        ledger.start(a_run("a"))
    for address in (path, str(path)):
        with closing(Ledger(address, read_only=True)) as ledger:
            assert ledger.get("a").id == "a"


@ON_POSTGRES
def test_the_driver_need_not_be_named(address: str) -> None:
    with closing(Ledger(address.replace("+psycopg", ""))) as ledger:
        ledger.start(a_run("a"))
    with closing(Ledger(address)) as ledger:
        assert ledger.get("a").id == "a"


@pytest.mark.parametrize(
    "address",
    [
        "mysql://user:s3cr3t@host/db",
        "postgresql://user:s3c@r3t@host/db",
        "postgresql://user:s3c:r3t@host:port/db",
        "://s3cr3t",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_no_address_is_refused_without_telling_its_secrets(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        Ledger(address)
    assert "postgresql://USER" in str(caught.value)
    assert not any(part in str(caught.value) for part in ("s3c", "r3t"))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:s3cr3t@127.0.0.1:1/db",
        "postgresql+psycopg://user@127.0.0.1:1/db?password=s3cr3t",
        "postgresql://127.0.0.1:1/db?user=s3cr3t&sslpassword=s3cr3t",
    ],
)
def test_a_server_that_does_not_answer_is_named(address: str) -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/db cannot be used") as caught:
        Ledger(address)
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "server runs" in str(caught.value.hint)


def test_one_who_writes_for_too_long_is_named_as_the_cause(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweepflow.store.database.BUSY_SECONDS", 0.1)
    with (
        closing(Ledger(home.ledger)) as ledger,
        closing(sqlite3.connect(home.ledger, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="database is locked") as caught:
            ledger.start(a_run("a"))
        other.execute("ROLLBACK")
        ledger.start(a_run("a"))
    assert "stopped (Ctrl-Z)" in str(caught.value.hint)


@ON_POSTGRES
def test_no_password_is_shown_or_stored(address: str) -> None:
    assert "secret" in address
    with closing(Ledger(address)) as ledger:
        ledger.start(a_run("a"))
        with pytest.raises(StoreError) as caught:
            ledger.start(a_run("a"))
        shown = [repr(ledger), repr(ledger.catalog), str(caught.value)]
        assert "secret" not in "".join((*shown, repr(ledger.runs())))


@ON_POSTGRES
def test_a_connection_that_was_cut_is_made_anew(address: str) -> None:
    with closing(Ledger(address)) as ledger:
        ledger.start(a_run("a"))
        run_sql(
            address,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )
        ledger.start(a_run("b"))
        assert len(ledger.runs()) == 2


def test_the_head_is_the_last_revision() -> None:
    names = sorted(Path(schema.__file__).parent.glob("migrations/versions/v*.py"))
    assert names[-1].name.startswith(f"v{HEAD}_")
