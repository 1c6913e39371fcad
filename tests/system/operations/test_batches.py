"""Several values for flags: a batch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.system.operations.project import Project
from tests.system.operations.scripts import T

if TYPE_CHECKING:
    from tests.system.operations.conftest import Make


def test_every_combination_is_a_run_in_the_order_of_the_values(make: Make) -> None:
    project = make(T)
    project.run("t", "x=[1,2]", "y=[3,4]")
    runs = project.runs()
    assert [(run.params["x"], run.params["y"]) for run in runs] == [
        (1, 3),
        (1, 4),
        (2, 3),
        (2, 4),
    ]
    assert {(run.name, run.parent, run.status) for run in runs} == {
        ("t", None, "completed")
    }
    assert [project.scalars(run)["loss"].last for run in runs] == [4, 5, 3, 4]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project in which nothing runs."""
    return Project.make(tmp_path_factory.mktemp("trials") / "project", T)


@pytest.mark.parametrize(
    ("value", "values"),
    [
        ("range[0:0.3:0.1]", [0, 0.1, 0.2, 0.3]),
        ("range[3]", [0, 1, 2]),
        ("linspace[1:5]", [1, 2, 3, 4, 5]),
        ("linspace[0:1:3]", [0, 0.5, 1]),
        ("logspace[0:2:3]", [1, 10, 100]),
        ("[1]*3", [1, 1, 1]),
        ("[7]", [7]),
        ("[]", []),
        ("1:3", [1, 2, 3]),
        ("log(1:100:3)", [1, 10, 100]),
    ],
)
def test_an_expression_stands_for(
    project: Project, value: str, values: list[float]
) -> None:
    done = project.run("t", f"x={value}", "--print-trials", "--json", "--dry-run")
    assert [row["x"] for row in json.loads(done.stdout)] == pytest.approx(values)
    assert not project.home.root.exists()


def test_trials_are_a_table_for_people(project: Project) -> None:
    done = project.run("t", "x=[1,2]", "y=3", "--print-trials")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["trial", "code", "x", "y"]
    assert rows[-2:] == [["1", "0", "1.0", "3.0"], ["2", "0", "2.0", "3.0"]]


def test_a_batch_of_no_trials_is_done(make: Make) -> None:
    project = make(T)
    project.run("t", "x=[]")
    assert project.runs() == []


def test_a_failed_trial_fails_the_batch_when_the_others_have_run(make: Make) -> None:
    project = make(T)
    done = project.run("t", "code=[1,0]", status=1)
    assert [run.status for run in project.runs()] == ["failed", "completed"]
    assert "t.1 failed: exit status 1" in done.stderr


def test_the_first_failed_trial_may_end_the_batch_or_count_for_nothing(
    make: Make,
) -> None:
    project = make(T)
    project.run("t", "code=[2,0]", "--fail-on-trial-error", status=1)
    assert [(run.status, run.exit_code) for run in project.runs()] == [("failed", 2)]
    project.run("t", "code=[2,0]", "--no-fail-on-trial-error")
    assert [run.status for run in project.runs()[1:]] == ["failed", "completed"]


def test_trials_are_run_side_by_side(make: Make) -> None:
    wait = "until [ -e $PROJECT_DIR/$OTHER ]; do sleep 0.05; done"
    project = make(
        f"o: {{exec: \"sh -c 'touch $PROJECT_DIR/$FLAG_ME; {wait}'\", "
        "env: {OTHER: '${other}'}, flags: {me: {choices: [{value: a, flags: "
        "{other: b}}, {value: b, flags: {other: a}}]}, other: null}}"
    )
    project.run("o", "me=[a,b]", "--jobs", "2")
    assert {run.status for run in project.runs()} == {"completed"}


def test_a_file_may_have_the_trials(make: Make) -> None:
    project = make(T)
    project.write("x,y\n1,2\n3,4\n", "trials.csv")
    project.run("t", "@trials.csv", "code=0")
    assert [(run.params["x"], run.params["y"]) for run in project.runs()] == [
        (1, 2),
        (3, 4),
    ]
