"""`sweepflow runs label`, `tag`, `mark`, `rm`, `restore` and `purge`."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.engine.provenance import driver_of
from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.cli.test_terminal import on_a_terminal
from tests.recorded import record
from tests.store.conftest import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Shell


@pytest.fixture
def store(shell: Shell) -> Iterator[Store]:
    """Give the project's store, with a run that has a step, and two others."""
    shell.write("{}", "guild.yml")
    with Store(Home(shell.cwd / ".sweepflow")) as store:
        record(store, "aaaa", after=1, params={"lr": 0.1})
        record(store, "bbbb", after=2, params={"lr": 0.2}, status="failed")
        record(store, "cccc", after=3, name="p", task="p", files={"out.txt": "x"})
        record(store, "dddd", after=4, parent="cccc", step="s", task="p/s")
        yield store


def ids(shell: Shell, *args: str) -> list[str]:
    return [run["id"] for run in listed(shell, *args)]


def listed(shell: Shell, *args: str) -> list[dict[str, Any]]:
    return json.loads(shell.sweepflow("runs", "list", "--json", *args).stdout)


def done(shell: Shell, *args: str) -> str:
    """Run what succeeds, and give what it says."""
    result = shell.sweepflow("runs", *args)
    assert (result.returncode, result.stdout) == (0, ""), result
    return result.stderr


# Notes


def test_labels(shell: Shell, store: Store) -> None:
    assert done(shell, "label", "aaaa", "1:2", "the best") == "labelled 3 runs\n"
    assert done(shell, "label", "--failed", "--set", "bad\x1b") == "labelled 1 run\n"
    assert done(shell, "label", "cccc", "--clear") == "labelled 1 run\n"

    labels = {run.id: run.label for run in store.reader.runs()}
    assert labels == {
        "aaaa": "the best",
        "bbbb": "bad\x1b",
        "cccc": "",
        "dddd": "the best",
    }
    assert ids(shell, "--label", "BEST") == ["dddd", "aaaa"]
    table = shell.sweepflow("runs").stdout
    assert table.splitlines()[0].split()[-2:] == ["label", "parameters"]
    assert r"bad\x1b" in table


def test_tags(shell: Shell, store: Store) -> None:
    assert done(shell, "tag", "aaaa", "bbbb", "-a", "x", "--add", "y")
    assert done(shell, "tag", "--tag", "x", "--failed", "--remove", "y")

    assert store.reader.get("aaaa").tags == ("x", "y")
    assert store.reader.get("bbbb").tags == ("x",)
    assert ids(shell, "-t", "x", "-t", "y") == ["aaaa"]
    assert "#x #y" in shell.sweepflow("runs").stdout


def test_marks(shell: Shell, store: Store) -> None:
    assert done(shell, "mark", "-F", "lr < 0.5") == "marked 2 runs\n"
    assert done(shell, "unmark", "bbbb") == "unmarked 1 run\n"

    assert ids(shell, "--marked") == ["aaaa"]
    assert "aaaa*" in shell.sweepflow("runs").stdout
    assert store.reader.get("aaaa").marked


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("label", "which label?"),
        ("label aaaa --set x --clear", "which label?"),
        ("label text", "which runs?"),
        ("label --clear", "which runs?"),
        ("tag aaaa", "which tag?"),
        ("tag --add x", "which runs?"),
        ("mark", "which runs?"),
        ("mark zzzz", "no run has the id 'zzzz'"),
        ("mark 5", "there is no 5 in a list of 4 runs"),
        ("mark -o nope", "no such runs"),
        ("rm", "which runs?"),
        ("rm -F 'lr <'", "expected a value"),
        ("rm --started someday", "'someday' is no time"),
        ("restore", "no such runs"),
        ("restore aaaa", "run aaaa was not removed"),
        ("purge", "no such removed runs"),
        ("purge aaaa", "run aaaa was not removed"),
        ("stop aaaa", "run aaaa is not running: completed"),
        ("stop --failed", "no such runs"),
        ("stop", "which runs?"),
        ("nope", "No such command 'nope'"),
        ("list --status nope", "nope"),
    ],
)
def test_what_is_not_clear_is_refused(shell: Shell, command: str, message: str) -> None:
    words = ["rm", "-F", "lr <"] if "lr <" in command else command.split()
    assert message in shell.bad("runs", *words)
    assert len(ids(shell)) == 4


def test_nothing_is_made_where_nothing_ran(shell: Shell) -> None:
    shell.write("{}", "guild.yml")
    for command in (
        "mark 1",
        "mark aaaa",
        "rm --failed",
        "purge",
        "label a b",
        "stop x",
    ):
        assert "Traceback" not in shell.bad("runs", *command.split())
    assert not (shell.cwd / ".sweepflow").exists()


# Removed runs


def test_a_removed_run_can_be_restored(shell: Shell, store: Store) -> None:
    said = done(shell, "rm", "cccc", "bbbb")
    assert said == "removed 3 runs; `sweepflow runs restore` undoes it\n"

    assert ids(shell) == ["aaaa"]
    assert ids(shell, "--deleted") == ["dddd", "cccc", "bbbb"]
    assert "was removed" in shell.bad("runs", "mark", "cccc")
    assert "was removed" in shell.bad("run", "--restart", "cccc")
    assert "\nremoved:    20" in shell.sweepflow("runs", "info", "cccc").stdout

    assert done(shell, "restore", "cccc") == "restored 2 runs\n"
    assert ids(shell) == ["dddd", "cccc", "aaaa"]
    assert store.reader.get("cccc").deleted_at is None


def test_running_runs_are_not_removed(shell: Shell, store: Store) -> None:
    here = replace(HERE, host=socket.gethostname())
    record(
        store,
        "eeee",
        after=9,
        status="running",
        driver=driver_of("x"),
        provenance=here,
    )

    result = shell.sweepflow("runs", "rm", "aaaa", "eeee")

    assert result.returncode == 1
    assert "run eeee is running, and cannot be removed" in result.stderr
    assert len(ids(shell)) == 5


def test_a_purged_run_is_gone(shell: Shell, store: Store) -> None:
    for run_id in ("cccc", "dddd", "aaaa"):
        folder = store.home.run(run_id)
        folder.mkdir(parents=True)
        (folder / "file").touch()
    done(shell, "rm", "cccc", "aaaa")

    assert done(shell, "purge", "cccc") == "purged 2 runs\n"

    assert not store.home.run("cccc").exists()
    assert not store.home.run("dddd").exists()
    assert store.home.run("aaaa").exists()
    assert ids(shell, "--deleted") == ["aaaa"]
    assert "removed for good" in shell.bad("runs", "restore", "cccc")
    assert "\nremoved:    for good\n" in shell.sweepflow("runs", "info", "cccc").stdout
    assert list(store.catalog.kept_atoms()) == []

    assert done(shell, "purge") == "purged 1 run\n"
    assert not store.home.run("aaaa").exists()


def test_on_a_terminal_it_is_asked(shell: Shell, store: Store) -> None:
    status, drawn = on_a_terminal(shell, "runs", "rm", "cccc", "aaaa", answer="n\n")
    assert status == 1
    assert "remove 2 runs? [y/N]" in drawn
    assert "cccc" in drawn
    assert len(ids(shell)) == 4

    status, drawn = on_a_terminal(shell, "runs", "rm", "aaaa", answer="y\n")
    assert status == 0
    status, drawn = on_a_terminal(shell, "runs", "purge", "--yes")
    assert (status, "?" in drawn) == (0, False)
    assert store.reader.get("aaaa").purged
