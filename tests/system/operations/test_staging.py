"""Runs that are recorded first, and started later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.system.operations.project import Project

if TYPE_CHECKING:
    from pathlib import Path

OPERATIONS = """
prep: {main: prep, flags: {n: 1, code: 0}}
train: {main: train, requires: [{operation: prep}]}
hello: {main: step, flags: {msg: hi}}
p: {steps: [hello, 'hello msg=second']}
"""


def test_a_staged_run_starts_under_its_id_with_what_it_was_staged_for(
    tmp_path: Path,
) -> None:
    project = Project.make(tmp_path / "project", OPERATIONS)
    project.do("run", "prep", "n=1")
    done = project.do("run", "train", "--stage", "--run-id", "later", "-l", "mine")
    assert "sweepflow run --start later" in done.stdout
    [run] = [run for run in project.runs() if run.name == "train"]
    assert (run.status, run.label) == ("staged", "mine")
    assert not project.home.run("later").exists()
    project.do("run", "prep", "n=2")
    done = project.do("run", "--start", "later")
    assert "data: n=1" in done.stdout
    [run] = [run for run in project.runs() if run.name == "train"]
    assert (run.id, run.status, run.label) == ("later", "completed", "mine")
    assert run.attempts == 1


def test_staged_steps_start_with_what_their_parent_was_staged_for(
    tmp_path: Path,
) -> None:
    requires = "{operation: prep, name: data, select: data.txt}"
    text = f"{OPERATIONS}q: {{requires: [{requires}], steps: [hello]}}\n"
    project = Project.make(tmp_path / "project", text)
    project.do("run", "prep", "n=1")
    project.do("run", "q", "--stage", "--run-id", "later")
    project.do("run", "prep", "n=2")
    project.do("run", "--start", "later")
    assert (project.home.run("later") / "data.txt").read_text() == "n=1"


def test_what_is_staged_may_require_what_is_staged(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project", OPERATIONS)
    project.do("run", "prep", "n=5", "--stage", "--run-id", "first")
    project.do("run", "train", "--stage", "--run-id", "second")
    done = project.do("run", "--start", "second", status=1)
    assert "run first of prep has not started" in done.stderr
    assert "data: n=5" in project.do("run", "queue", "run-once=yes").stdout


def test_the_queue_starts_what_is_staged_in_order_with_its_steps(
    tmp_path: Path,
) -> None:
    project = Project.make(tmp_path / "project", OPERATIONS)
    project.do("run", "p", "--stage")
    project.do("run", "hello", "msg=[x,y]", "--stage")
    done = project.do("run", "queue", "run-once=yes")
    lines = [line.partition(" | ")[2] for line in done.stdout.splitlines()]
    assert lines == ["hi", "second", "x", "y"]
    assert {run.status for run in project.runs()} == {"completed"}
    assert project.do("run", "queue", "run-once=yes").stdout == ""


def test_the_queue_says_what_it_takes(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project", OPERATIONS)
    assert "run-once=yes" in project.do("run", "queue", "fast=yes", status=2).stderr


def test_the_trials_of_a_step_are_staged_and_the_others_run(tmp_path: Path) -> None:
    text = f"{OPERATIONS}q: {{steps: ['hello msg=[a,b]', 'hello msg=c']}}\n"
    project = Project.make(tmp_path / "project", text)
    project.do("run", "q", "--stage-trials")
    found = {(run.task, run.status) for run in project.runs()}
    assert found == {
        ("q", "completed"),
        ("q/hello", "completed"),
        ("q/hello/1", "staged"),
        ("q/hello/2", "staged"),
        ("q/hello_2", "completed"),
    }
    done = project.do("run", "queue", "run-once=yes")
    lines = [line.partition(" | ")[2] for line in done.stdout.splitlines()]
    assert lines == ["a", "b"]
