"""What runs get of what they require."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.operations.project import Project
from tests.system.operations.scripts import PREP, TRAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.store.records import Run
    from tests.system.operations.conftest import Make

SHOW = "{main: show, requires: [{operation: prep%s}]}"


def origin(run: Run) -> str | None:
    """Give the id of the run that another one has taken files of."""
    [requirement] = run.facts["requirements"]
    return requirement["run"]


def seen(project: Project, run: Run) -> set[str]:
    """Give what `show.py` has found in the folder of its run."""
    return set(project.output(run).splitlines())


STEPS: Mapping[str, tuple[str, set[str]]] = {
    "all": (
        "",
        {
            "LINK data.txt",
            "LINK sub",
            "LINK model-0.5.h5",
            "LINK model-0.25.h5",
        },
    ),
    "a-file": (", select: data.txt", {"LINK data.txt"}),
    "files-of-a-folder": (", select: 'sub/.+'", {"LINK x-1.bin"}),
    "least": (r", select-min: 'model-([0-9.]+)\.h5'", {"LINK model-0.25.h5"}),
    "greatest": (r", select-max: 'model-([0-9.]+)\.h5'", {"LINK model-0.5.h5"}),
    "some": (", select: [data.txt, sub]", {"LINK data.txt", "LINK sub"}),
    "copied": (", select: data.txt, target-type: copy", {"FILE data.txt"}),
    "elsewhere": (", select: data.txt, target-path: to", {"FILE to"}),
    "renamed": (
        ", select: data.txt, rename: {pattern: data, repl: other}",
        {"LINK other.txt"},
    ),
    "nothing": (", select: nope", {"warning: nothing resolved for operation:prep"}),
    "silently": (", select: nope, warn-if-empty: no", set()),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    text = PREP
    for name, (more, _) in STEPS.items():
        text += f"{name}: {SHOW % more}\n"
    text += f"empty: {SHOW % ', select: nope, fail-if-empty: yes'}\n"
    text += f"p: {{steps: [prep, {', '.join(STEPS)}, empty]}}"
    project = Project.make(tmp_path_factory.mktemp("what") / "project", text)
    project.run("p", status=1)
    return project


@pytest.mark.parametrize("name", STEPS)
def test_a_run_gets(project: Project, name: str) -> None:
    assert seen(project, project.latest(f"p/{name}")) == STEPS[name][1]


def test_nothing_may_be_too_little(project: Project) -> None:
    run = project.latest("p/empty")
    assert run.status == "failed"
    assert run.error is not None
    assert run.error.startswith("nothing resolved for operation:prep\n")
    assert origin(run) == project.latest("p/prep").id


def test_links_are_relative_and_a_folder_is_one(project: Project) -> None:
    prep, run = project.latest("p/prep"), project.latest("p/all")
    links = {path.name: path for path in project.place(run).glob("[!.]*")}
    for name in ("data.txt", "sub"):
        assert str(links[name].readlink()) == f"../{prep.id}/{name}"


def test_what_is_not_there_may_be_optional(make: Make) -> None:
    project = make(
        PREP + "o: {main: show, requires: [{operation: prep, optional: yes}, "
        "{file: nope.csv, optional: yes}]}"
    )
    project.run("o")
    [run] = project.runs()
    output = project.output(run)
    assert output.count("skipping because dependency is optional") == 2
    assert [one["skipped"] is not None for one in run.facts["requirements"]] == [
        True,
        True,
    ]


def test_a_file_has_another_source_only_where_it_has_a_name(make: Make) -> None:
    project = make(
        "plain: {exec: 'cat d.csv', requires: [{file: d.csv}]}\n"
        "other: {exec: 'cat data', requires: [{file: d.csv, flag-name: data, "
        "rename: data}]}\n"
        "missing: {exec: 'cat nope.csv', requires: [{file: nope.csv}]}\n"
    )
    project.write("1", "d.csv")
    project.write("2", "e.csv")
    for flag in ("d.csv", "file:d.csv"):
        assert f"unknown flag '{flag}'" in project.refused("plain", f"{flag}=e.csv")
    assert project.run("plain").stdout == "plain | 1\n"
    assert project.run("other", "data=e.csv").stdout == "other | 2\n"
    before = project.ids()
    done = project.run("missing", status=1)
    assert "cannot find nope.csv" in done.stderr
    assert [run.exit_code for run in project.runs() if run.id not in before] == [None]


def test_a_run_gets_what_another_made_and_not_what_that_required_itself(
    make: Make,
) -> None:
    project = make(
        PREP + TRAIN + "test: {main: show, requires: [{operation: train}]}\n"
        "p: {steps: [prep, train, test]}"
    )
    project.run("p")
    assert seen(project, project.latest("p/test")) == {"LINK out.txt"}


def test_of_an_operation_with_steps_only_a_whole_step_is_got(make: Make) -> None:
    project = make(
        PREP
        + "pipe: {steps: [prep]}\n"
        + "none: {main: show, requires: [{operation: pipe}]}\n"
        + "file: {main: show, requires: [{operation: pipe, select: 'prep/data.txt'}]}\n"
        + "step: {main: show, requires: [{operation: pipe, select: prep}]}\n"
    )
    for name in ("pipe", "none", "file", "step"):
        project.run(name)
    for name in ("none", "file"):
        run = project.latest(name)
        assert run.status == "completed"
        told = {"warning: nothing resolved for operation:pipe"}
        assert seen(project, run) == told
    run = project.latest("step")
    assert seen(project, run) == {"LINK prep"}
    assert (project.place(run) / "prep" / "data.txt").read_text() == "n=1"


def test_a_restart_takes_a_new_file_where_it_is_always_resolved(make: Make) -> None:
    project = make(
        "keeps: {exec: 'cat d', requires: [{file: d, target-type: copy}]}\n"
        "renews: {exec: 'cat d', requires: [{file: d, target-type: copy, "
        "always-resolve: yes, replace-existing: yes}]}\n"
    )
    project.write("old", "d")
    for name in ("keeps", "renews"):
        project.run(name, "--run-id", name)
    project.write("new", "d")
    for name, data in (("keeps", "old"), ("renews", "new")):
        project.do("run", "--restart", name)
        assert project.output(project.latest(name)) == data


def test_a_restart_with_another_run_takes_its_files(make: Make) -> None:
    project = make(PREP + TRAIN)
    for line in ("prep", "train", "prep n=2"):
        project.run(*line.split())
    prep, train, newer = project.runs()
    project.do("run", "--restart", train.id)
    assert project.output(project.latest("train")) == "data: n=1\n"
    project.do("run", "--restart", train.id, f"prep={newer.id}")
    run = project.latest("train")
    assert (run.id, origin(run)) == (train.id, newer.id)
    assert project.output(run) == "data: n=2\n"
    assert prep.id != newer.id
