"""Runs that hold others: when they begin and end, and how."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.engine.task import Checked, Command, Group, RunInfo, Task
from sweepflow.errors import SweepflowError

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store.records import Json, Run
    from tests.engine.conftest import Bench


class NoRoomError(SweepflowError):
    """There is no room."""


@dataclass
class Folder:
    """A host that links to the runs in a group's folder."""

    refuses: bool = False
    joined: list[str] = field(default_factory=list[str])

    def begin(self, folder: Path) -> None:
        if self.refuses:
            raise NoRoomError("there is no room")
        folder.mkdir(parents=True)

    def join(self, folder: Path, member: str, origin: str) -> None:
        assert folder.is_dir()
        assert origin
        self.joined.append(member)

    def facts(self) -> dict[str, Json]:
        return {"joined": list(self.joined)}


def does(
    bench: Bench,
    key: str,
    command: str = "true",
    **said: Any,  # noqa: ANN401 - of a task
) -> Task:
    action = Command(("sh", "-c", command), str(bench.cwd))
    info = RunInfo(step=key.rpartition("/")[2])
    return Task(key, action, info=info, **said)


def group(
    bench: Bench,
    key: str,
    *members: str,
    host: Folder | None = None,
    **said: Any,  # noqa: ANN401 - of a group
) -> Task:
    action = Group(key, members, str(bench.cwd), host or Folder(), **said)
    return Task(key, action, info=RunInfo(step=key.rpartition("/")[2]))


def by_task(bench: Bench) -> dict[str, Run]:
    return {run.task: run for run in bench.ledger.runs()}


def test_it_begins_with_its_first_member_and_ends_with_its_last(bench: Bench) -> None:
    host = Folder()
    tasks = [
        does(bench, "p/a"),
        does(bench, "p/b", after=("p/a",)),
        group(bench, "p", "p/a", "p/b", host=host),
    ]
    report = bench.run(*tasks)
    runs = by_task(bench)
    assert report.exit_status == 0
    assert [run.status for run in runs.values()] == ["completed"] * 3
    assert runs["p/a"].parent == runs["p/b"].parent == runs["p"].id
    assert runs["p"].started_at <= runs["p/a"].started_at
    assert (runs["p"].finished_at or 0) >= (runs["p/b"].finished_at or 1)
    assert runs["p"].facts == {"joined": ["p/a", "p/b"]}


def test_a_failure_is_the_groups_too(bench: Bench) -> None:
    tasks = [
        does(bench, "p/a", "exit 3"),
        does(bench, "p/b", after=("p/a",)),
        group(bench, "p", "p/a", "p/b"),
    ]
    report = bench.run(*tasks)
    runs = by_task(bench)
    assert report.exit_status == 1
    assert set(runs) == {"p", "p/a"}
    assert (runs["p"].status, runs["p"].exit_code) == ("failed", 3)
    assert runs["p"].error == "a: exit status 3"


def test_a_tolerant_one_completes_with_failures(bench: Bench) -> None:
    tasks = [
        does(bench, "p/1", "exit 3"),
        does(bench, "p/2"),
        group(bench, "p", "p/1", "p/2", tolerant=True),
        does(bench, "next", after=("p",)),
    ]
    bench.run(*tasks)
    runs = by_task(bench)
    assert runs["p"].status == runs["next"].status == "completed"
    assert runs["p/1"].status == "failed"


def test_groups_within_groups(bench: Bench) -> None:
    tasks = [
        does(bench, "p/q/a"),
        group(bench, "p/q", "p/q/a"),
        does(bench, "p/b", after=("p/q",)),
        group(bench, "p", "p/q", "p/b"),
    ]
    bench.run(*tasks)
    runs = by_task(bench)
    assert runs["p/q/a"].parent == runs["p/q"].id
    assert runs["p/q"].parent == runs["p"].id
    assert runs["p"].parent is None


def test_one_whose_folder_cannot_be_made_fails_with_nothing_run(bench: Bench) -> None:
    ran = bench.cwd / "ran"
    tasks = [
        does(bench, "p/a", f"touch {ran}"),
        group(bench, "p", "p/a", host=Folder(refuses=True)),
    ]
    bench.run(*tasks)
    assert not ran.exists()
    assert (by_task(bench)["p"].status, by_task(bench)["p"].error) == (
        "failed",
        "there is no room",
    )


def test_one_that_is_never_begun_is_not_recorded(bench: Bench) -> None:
    tasks = [
        does(bench, "first", "exit 1"),
        does(bench, "p/a", after=("first",)),
        group(bench, "p", "p/a"),
    ]
    report = bench.run(*tasks)
    assert set(by_task(bench)) == {"first"}
    assert report.outcomes["p"].status == "skipped"


def test_one_without_members_completes(bench: Bench) -> None:
    bench.run(group(bench, "p"))
    assert by_task(bench)["p"].status == "completed"


def test_what_a_check_finds_holds_up_what_waits_and_fails_the_group(
    bench: Bench,
) -> None:
    def check(run_id: str) -> Checked:
        assert run_id
        return Checked("0 of 1 checks passed", ("there is no file",))

    tasks = [
        does(bench, "p/a", check=check),
        does(bench, "p/b", after=("p/a",)),
        group(bench, "p", "p/a", "p/b"),
    ]
    report = bench.run(*tasks)
    runs = by_task(bench)
    assert runs["p/a"].status == "completed"
    assert "p/b" not in runs
    assert runs["p"].status == "failed"
    assert runs["p"].error == "a: 0 of 1 checks passed"
    assert report.exit_status == 1


@pytest.mark.parametrize("signum", [2, 15])
def test_an_interrupt_ends_it_interrupted(bench: Bench, signum: int) -> None:
    tasks = [
        does(bench, "p/a", f"kill -{signum} {os.getpid()}; sleep 60"),
        does(bench, "p/b", after=("p/a",)),
        group(bench, "p", "p/a", "p/b"),
    ]
    report = bench.run(*tasks)
    runs = by_task(bench)
    assert report.exit_status == 128 + signum
    assert runs["p"].status == runs["p/a"].status == "interrupted"
    assert "p/b" not in runs


def test_a_run_goes_on_under_its_id(bench: Bench) -> None:
    def task(command: str, attempts: int | None) -> Task:
        info = RunInfo(run_id="abc", attempts=attempts)
        action = Command(("sh", "-c", command), str(bench.cwd))
        return Task("a", action, info=info)

    bench.run(task("exit 1", None))
    assert bench.ledger.get("abc").status == "failed"
    bench.run(task("echo again", 1))
    run = bench.ledger.get("abc")
    assert (run.status, run.attempts) == ("completed", 2)
    assert bench.home.last_attempt("abc") == 2
