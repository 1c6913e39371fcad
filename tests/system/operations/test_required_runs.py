"""Which runs others require."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.engine.processes import wait_for
from tests.system.operations.project import Project
from tests.system.operations.scripts import PREP, TRAIN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.store.records import Run
    from tests.system.operations.conftest import Make

WAITS = """\
waits: {exec: "sh -c 'echo made > data.txt; touch $PROJECT_DIR/up; sleep 60'"}
train: {main: train, requires: [{operation: waits}]}
"""


def origin(run: Run) -> str | None:
    """Give the id of the run that another one has taken files of."""
    [requirement] = run.facts["requirements"]
    return requirement["run"]


def seen(project: Project, run: Run) -> set[str]:
    """Give what `show.py` has found in the folder of its run."""
    return set(project.output(run).splitlines())


LINES = {
    "train": "n=2",  # the latest
    "train prep=first": "n=1",
    "train operation:prep=first": "n=1",
    "outside": "n=2",
    "named id=first-prep": "n=1",
    "sibling": "n=7",
    "trials": "n=9",
    "around": "n=6",
    "again": "n=6",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give one with two runs of prep."""
    text = PREP + TRAIN + "pipe: {steps: [train]}\n"
    text += "outside: {steps: [{run: train, isolate-runs: no}]}\n"
    text += "named: {flags: {id: null}, steps: ['train prep=${id}']}\n"
    text += "sibling: {steps: ['prep n=7', train]}\n"
    text += "trials: {steps: ['prep n=[8,9]', train]}\n"
    text += "around: {steps: ['prep n=6', pipe]}\n"
    text += "again: {steps: ['prep n=6 --needed', train]}\n"
    project = Project.make(tmp_path_factory.mktemp("which") / "project", text)
    project.run("prep", "--run-id", "first-prep")
    project.run("prep", "n=2", "--run-id", "second-prep")
    return project


@pytest.fixture(scope="module")
def told(project: Project) -> Mapping[str, tuple[str | None, str]]:
    """Give for each line of a user where train got its files, and its output."""
    told: dict[str, tuple[str | None, str]] = {}
    for line in LINES:
        project.run(*line.split())
        run = project.runs()[-1]
        told[line] = origin(run), project.output(run).strip()
    return told


@pytest.mark.parametrize("line", LINES)
def test_what_is_required_is_of(
    told: Mapping[str, tuple[str | None, str]], line: str
) -> None:
    assert told[line][1] == f"data: {LINES[line]}"


def test_it_is_recorded_with_its_whole_id(
    told: Mapping[str, tuple[str | None, str]],
) -> None:
    assert told["train"][0] == told["outside"][0] == "second-prep"
    assert told["train prep=first"][0] == told["named id=first-prep"][0]
    assert told["named id=first-prep"][0] == "first-prep"


def test_what_is_required_is_told_by_the_name_that_its_user_gave(make: Make) -> None:
    project = make(
        PREP + "t: {main: show, requires: [{operation: prep, name: data, "
        "select: data.txt}]}\n"
    )
    project.run("prep", "--run-id", "first")
    project.run("prep", "--run-id", "second")
    project.run("t", "data=first", "--run-id", "t")
    info = project.do("runs", "info", "t").stdout
    assert "data: operation:prep, run first -> data.txt\n" in info
    project.run("prep", "--run-id", "third")
    project.run("t", "--restart", "t")
    assert origin(project.latest("t")) == "first"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("train prep=zzzz", "no run has the id 'zzzz'"),
        ("pipe", "isolate-runs: no"),
    ],
)
def test_where_there_is_none_nothing_runs(
    project: Project, line: str, hint: str
) -> None:
    before = project.ids()
    done = project.run(*line.split(), status=1)
    assert "no suitable run for prep" in done.stderr
    assert hint in done.stderr
    assert project.ids() == before


def test_without_any_run_it_is_told_how_to_make_one(make: Make) -> None:
    project = make(PREP + TRAIN)
    done = project.run("train", status=1)
    assert "no suitable run for prep" in done.stderr
    assert "sweepflow run prep" in done.stderr
    assert "--with-deps" in done.stderr
    assert project.runs() == []


def test_runs_of_the_own_model_come_before_those_of_others(make: Make) -> None:
    prep = "prep: {main: prep, flags: {n: 1}}"
    train = "train: {main: train, requires: [{operation: prep}]}"
    project = make(
        f"- model: m\n  operations:\n    {prep}\n    {train}\n"
        f"- model: k\n  operations:\n    {prep}\n"
        f"- model: l\n  operations:\n    train: {{main: train, requires: "
        "[{operation: 'k:prep'}]}\n"
    )
    for line in ("m:prep", "k:prep n=2", "m:train", "l:train"):
        project.run(*line.split())
    _, _, own, other = project.runs()
    assert project.output(own) == "data: n=1\n"
    assert project.output(other) == "data: n=2\n"


def test_runs_of_another_project_are_none(make: Make, tmp_path: Path) -> None:
    project = make(PREP + TRAIN)
    home = {"SWEEPFLOW_HOME": str(tmp_path / "home")}
    project.run("prep", env=home)
    other = Project.make(tmp_path / "other", PREP + TRAIN)
    done = other.run("train", status=1, env=home)
    assert "no suitable run for prep" in done.stderr
    assert project.run("train", env=home).stdout == "train | data: n=1\n"


def test_a_run_that_is_going_on_or_took_too_long_will_do(make: Make) -> None:
    project = make(WAITS)
    with project.start("run", "waits") as waits:
        wait_for(project.folder / "up")
        project.run("train")
        os.killpg(waits.pid, signal.SIGINT)
        waits.communicate(timeout=30)
    project.run("waits", "--stop-after", "0.02", status=1)
    project.run("train")
    waited, first, stopped, second = project.runs()
    assert (stopped.status, stopped.error) == ("failed", "timed out")
    assert [origin(run) for run in (first, second)] == [waited.id, stopped.id]
    assert {project.output(run) for run in (first, second)} == {"data: made\n\n"}


def test_with_what_it_requires_all_is_made_that_is_not_there(make: Make) -> None:
    project = make(
        PREP
        + TRAIN
        + "other: {main: step}\n"
        + "test: {main: show, requires: [{operation: train}, {operation: prep, "
        + "select: data.txt}, {operation: other, warn-if-empty: no}]}\n"
    )
    project.run("test", "--with-deps", "--jobs", "2")
    assert sorted(project.statuses()) == [
        (name, "completed") for name in ("other", "prep", "test", "train")
    ]
    test = project.latest("test")
    assert seen(project, test) == {"LINK data.txt", "LINK out.txt"}
    project.run("test", "--with-deps")
    assert {run.status for run in project.runs()[4:]} == {"cached"}
    project.write("print('edited')", "train.py")
    project.run("test", "--with-deps")
    ends = {run.name: run.status for run in project.runs()[8:]}
    assert ends["prep"] == ends["other"] == "cached"
    assert ends["train"] == ends["test"] == "completed"
