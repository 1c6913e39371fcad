"""Runs of operations, looked at and changed by `sweepflow runs`."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.processes import wait_for
from tests.system.operations.project import Project
from tests.system.operations.scripts import PREP, TRAIN, T

if TYPE_CHECKING:
    from tests.system.operations.conftest import Make

GUILD = """\
a: {main: loss, flags: {v: 1}}
p:
  flags: {v: 5}
  steps: ['a v=${v}', {run: 'a v=9', name: b}]
  compare: ['a#loss as la', 'b#loss as lb', =v]
show: {main: show, requires: [{operation: a}], flags: {word: hi}, flags-dest: none}
"""
LOSS = """\
import argparse
p = argparse.ArgumentParser()
p.add_argument("--v", type=float)
v = p.parse_args().v
print("loss:", v)
open("made.txt", "w").write(str(v))
raise SystemExit(v > 100)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give one that is only looked at, with some runs."""
    project = Project.make(tmp_path_factory.mktemp("runs") / "project", GUILD)
    project.write(LOSS, "loss.py")
    project.run("p", "--run-id", "parent")
    project.run("a", "v=[2,101]", "--tag", "grid", status=1)
    project.run("show", "--label", "last one", "--run-id", "shown")
    return project


def listed(project: Project, *args: str) -> list[dict[str, Any]]:
    return json.loads(project.do("runs", "list", "--json", *args).stdout)


def values(project: Project, *args: str) -> list[float | None]:
    return [run["params"].get("v") for run in listed(project, *args)]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("-o a", [101, 2, 9, 5]),
        ("-o a --failed", [101]),
        ("--tag grid", [101, 2]),
        ("-o a -F loss<9", [2, 5]),
        ("-F v>=5_and_status=completed", [9, 5, 5]),
        ("-l last", [None]),
        ("-o p", [5]),
        ("-n 3", [None, 101, 2]),
    ],
)
def test_runs_are_found_by(
    project: Project, args: str, expected: list[float | None]
) -> None:
    words = [word.replace("_", " ") for word in args.split()]
    assert values(project, *words) == expected


def test_a_parent_is_compared_by_what_its_steps_gave(project: Project) -> None:
    done = project.do("runs", "compare", "parent", "--csv")
    [row] = csv.DictReader(done.stdout.splitlines())
    assert {name: float(row[name]) for name in ("la", "lb", "v")} == {
        "la": 5,
        "lb": 9,
        "v": 5,
    }


def test_runs_are_compared_by_flags_and_scalars(project: Project) -> None:
    done = project.do("runs", "compare", "-o", "a", "--csv", "--min", "loss")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [float(row["loss"]) for row in rows] == [2, 5, 9, 101]
    assert [float(row["v"]) for row in rows] == [2, 5, 9, 101]


def test_all_of_a_run_is_shown(project: Project) -> None:
    told = project.do("runs", "info", "shown").stdout
    completed = [run.id[:8] for run in project.runs() if run.params.get("v") == 2]
    for part in ("last one", "word: hi", *completed, f"project:    {project.folder}"):
        assert part in told, told
    facts = json.loads(project.do("runs", "info", "parent", "--json").stdout)
    assert (facts["id"], facts["status"], facts["params"]) == (
        "parent",
        "completed",
        {"v": 5},
    )
    assert project.do("runs", "logs", "shown").stdout == "LINK made.txt\n"


def test_the_difference_of_runs_is_shown(project: Project) -> None:
    one, two = (run.id for run in project.runs() if run.params.get("v") in {2, 9})
    told = project.do("runs", "diff", one, two).stdout
    for part in ("v", "loss", "made.txt"):
        assert part in told
    assert "loss.py" not in told


def test_a_removed_run_resolves_nothing_until_it_is_restored(make: Make) -> None:
    project = make(PREP + TRAIN)
    project.run("prep", "--run-id", "one")
    project.run("prep", "n=2", "--run-id", "two")
    project.do("runs", "rm", "two", "--yes")
    assert [run["id"] for run in listed(project)] == ["one"]
    assert [run["id"] for run in listed(project, "--deleted")] == ["two"]
    assert project.run("train").stdout == "train | data: n=1\n"
    project.do("runs", "restore", "two")
    assert project.run("train").stdout == "train | data: n=2\n"


def test_a_run_that_is_removed_and_purged_is_gone_with_its_steps(make: Make) -> None:
    project = make(T + "p: {steps: [t, 't x=[1,2]']}")
    project.run("p")
    project.run("t", "x=5", "--run-id", "other")
    p = project.latest("p")
    places = [project.place(run) for run in project.runs()]
    project.do("runs", "rm", p.id, "--yes")
    assert project.ids() == ["other"]
    assert all(place.exists() for place in places)
    project.do("runs", "purge", "--yes")
    assert [place.exists() for place in places] == [False] * 5 + [True]
    assert listed(project, "--deleted") == []
    project.do("atoms", "verify")


def test_a_run_that_is_stopped_is_interrupted_with_all_that_it_is_in(
    make: Make,
) -> None:
    project = make(
        "s: {exec: \"sh -c 'touch $PROJECT_DIR/up; sleep 60'\"}\np: {steps: [s, s]}"
    )
    process = project.start("run", "p")
    wait_for(project.folder / "up", 60)
    p, _ = project.runs()
    project.do("runs", "stop", p.id)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert project.statuses() == [("p", "interrupted"), ("p/s", "interrupted")]


def test_the_output_of_a_run_that_is_going_on_is_followed(make: Make) -> None:
    project = make(
        "s: {exec: \"sh -c 'echo one; touch $PROJECT_DIR/up; sleep 2; echo two'\"}\n"
        "p: {steps: [s]}"
    )
    process = project.start("run", "p")
    wait_for(project.folder / "up", 60)
    p, _ = project.runs()
    followed = project.do("runs", "logs", "-f", p.id).stdout
    process.communicate(timeout=60)
    assert [line for line in followed.splitlines() if line in {"one", "two"}] == [
        "one",
        "two",
    ]
