"""What the command line says of a run besides its flags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.system.operations.project import Project
from tests.system.operations.scripts import BASE, T

if TYPE_CHECKING:
    from tests.system.operations.conftest import Make


def test_a_run_that_takes_too_long_is_ended(make: Make) -> None:
    project = make("s: {exec: sleep 60}\np: {steps: [{run: s, stop-after: 0.02}, s]}")
    project.run("s", "--stop-after", "0.02", status=1)
    project.run("p", status=1)
    assert [(run.task, run.status, run.error) for run in project.runs()] == [
        ("s", "failed", "timed out"),
        ("p", "failed", "s: timed out"),
        ("p/s", "failed", "timed out"),
    ]
    assert all((run.seconds or 0) < 30 for run in project.runs())


def test_a_run_records_the_exit_status_of_its_command(make: Make) -> None:
    project = make(T)
    done = project.run("t", "code=7", status=1)
    [run] = project.runs()
    assert (run.status, run.exit_code, run.error) == ("failed", 7, "exit status 7")
    assert f"{project.place(run)}" in done.stderr  # where its output is


def test_a_run_that_is_only_wanted_where_it_fails_is_removed(make: Make) -> None:
    project = make("t: {main: t, flags: {code: 0}, delete-on-success: yes}")
    project.run("t", "--run-id", "gone")
    project.run("t", "code=1", "--run-id", "failed", status=1)
    project.run("t", "--run-id", "kept", "--keep-run")
    assert [run.id for run in project.runs()] == ["failed", "kept"]
    project.do("runs", "restore", "gone")
    assert sorted(project.ids()) == ["failed", "gone", "kept"]


def test_a_run_has_the_label_and_the_tags_that_it_is_given(make: Make) -> None:
    project = make(
        "hello: {main: step, flags: {msg: hi}, label: 'says ${msg}', tags: [own]}"
    )
    project.run("hello", "msg=x")
    project.run("hello", "--label", "mine", "--tag", "b", "--tag", "a")
    first, second = project.runs()
    assert (first.label, first.tags) == ("says x", ("own",))
    assert (second.label, set(second.tags)) == ("mine", {"a", "b", "own"})


def test_a_step_has_a_label_of_its_own_flags_or_that_of_its_parent(make: Make) -> None:
    steps = "[{run: 'hello msg=x', label: 'says ${msg} in ${m}', tags: [own]}, hello]"
    project = make(BASE + f"p: {{flags: {{m: 1}}, steps: {steps}}}")
    project.run("p", "--label", "all of ${m}", "--tag", "every")
    assert [(run.label, run.tags) for run in project.runs()] == [
        ("all of 1", ("every",)),
        ("says x in 1", ("own",)),
        ("all of 1", ("every",)),
    ]


def test_a_dry_run_tells_the_commands_and_runs_none(make: Make) -> None:
    project = make(BASE + "p: {flags: {m: x}, steps: [a, 'hello msg=${m}']}")
    done = project.run("p", "m=y", "--dry-run")
    assert done.stdout.splitlines() == [
        "python -u -m step --msg A --touch a.txt",
        "python -u -m step --msg y",
    ]
    told = json.loads(project.run("p", "--dry-run", "--json").stdout)
    assert [task["key"] for task in told["tasks"]] == ["p/a", "p/hello", "p"]
    assert not project.home.root.exists()


def test_the_default_operation_runs_where_none_is_named(make: Make) -> None:
    project = make("hello: {main: step, default: yes, flags: {msg: hi}}\n")
    project.run("msg=x")
    [run] = project.runs()
    assert (run.name, run.params["msg"]) == ("hello", "x")


def test_a_command_knows_the_folder_that_it_was_given_in(make: Make) -> None:
    project = make("w: {exec: 'printenv CMD_DIR'}")
    below = project.folder / "below"
    below.mkdir()
    done = Project(below).do("run", "w")
    assert f"w | {below}\n" in done.stdout
