"""`--needed`: runs that an equal completed run stands in for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.system.operations.scripts import BASE, PREP, TRAIN, T

if TYPE_CHECKING:
    from tests.system.operations.conftest import Make
    from tests.system.operations.project import Project


def ends(project: Project) -> list[str]:
    return [run.status for run in project.runs()]


def test_a_run_is_needed_where_no_equal_one_has_completed(make: Make) -> None:
    project = make(T)
    project.run("t", "x=1")
    project.run("t", "x=1", "--needed", "--label", "another")
    project.run("t", "x=2", "--needed")
    assert ends(project) == ["completed", "cached", "completed"]
    first, second, _ = project.runs()
    assert (second.cached_from, second.label) == (first.id, "another")
    project.run("t", "x=1")
    assert ends(project)[3:] == ["completed"]


def test_a_failed_run_stands_in_for_nothing(make: Make) -> None:
    project = make(T)
    for _ in range(2):
        project.run("t", "code=1", "--needed", status=1)
    assert ends(project) == ["failed", "failed"]


def test_an_edit_of_the_code_counts_and_a_comment_does_not(make: Make) -> None:
    project = make(T)
    project.run("t", "--needed")
    script = (project.folder / "t.py").read_text()
    project.write(f"# A comment.\n{script}", "t.py")
    project.write(f"# Another.\n{T}")
    project.run("t", "--needed")
    project.write(script.replace("- 2", "- 3"), "t.py")
    project.run("t", "--needed")
    assert ends(project) == ["completed", "cached", "completed"]


def test_a_newer_run_of_what_is_required_counts_if_it_made_something_else(
    make: Make,
) -> None:
    project = make(PREP + TRAIN)
    lines = ("prep", "train", "train --needed", "prep", "train --needed")
    for line in (*lines, "prep n=2", "train --needed"):
        project.run(*line.split())
    trains = [run.status for run in project.runs() if run.name == "train"]
    assert trains == ["completed", "cached", "cached", "completed"]


def test_of_a_batch_those_trials_run_that_are_needed(make: Make) -> None:
    project = make(T)
    project.run("t", "x=1")
    project.run("t", "x=[1,2]", "--needed")
    assert ends(project) == ["completed", "cached", "completed"]


def test_a_step_that_is_not_needed_gives_later_ones_what_they_require(
    make: Make,
) -> None:
    step = "{run: prep, needed: yes, isolate-runs: no}"
    project = make(PREP + TRAIN + f"p: {{steps: [{step}, train]}}")
    project.run("p")
    project.run("p")
    assert ends(project) == ["completed"] * 4 + ["cached", "completed"]
    prep = project.runs()[1]
    assert project.links(project.latest("p"))["prep"] == prep.id
    assert project.output(project.latest("p/train")) == "data: n=1\n"


def test_steps_of_an_operation_that_is_run_as_needed_are(make: Make) -> None:
    project = make(BASE + "p: {steps: [a, 'hello msg=[x,y]']}")
    project.run("p", "--needed")
    project.run("p", "--needed")
    assert [run.status for run in project.runs() if run.name in {"a", "hello"}] == [
        *["completed"] * 4,  # with the batch
        "cached",
        "completed",
        "cached",
        "cached",
    ]
