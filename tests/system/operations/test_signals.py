"""Ctrl-C, and kill -9 of the driver, while runs, steps and trials are going on."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.engine.processes import is_gone, wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.system.operations.conftest import Make
    from tests.system.operations.project import Project

# A command with a child of its own, which goes on until somebody lets it end.
WAIT = """\
import os, pathlib, signal, subprocess
project, n = pathlib.Path(os.environ["PROJECT_DIR"]), os.environ["FLAG_N"]
if not (project / "go").exists():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    child = subprocess.Popen(["sleep", "300"])
    (project / f"child-{n}").write_text(str(child.pid))
    (project / f"new-{n}").write_text(str(os.getpid()))
    (project / f"new-{n}").rename(project / f"pid-{n}")
    child.wait()
pathlib.Path("made").touch()
"""
GUILD = """\
a: {main: "step --msg A"}
wait: {main: wait, flags: {n: 1}, flags-dest: none}
p: {steps: [a, wait, a]}
q: {steps: [p, a]}
slow: {exec: sleep 1}
batch: {steps: ['wait n=[1,2,3]', a]}
"""


@pytest.fixture
def project(make: Make) -> Project:
    project = make(GUILD)
    project.write(WAIT, "wait.py")
    return project


def interrupt(project: Project, *args: str, count: int = 1) -> str:
    """Run, press Ctrl-C when so many commands are at work, and give what is told."""
    process = project.start("run", *args)
    for n in range(count):
        wait_for(project.folder / f"pid-{n + 1}", 60)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert all_gone(project)
    return err


def all_gone(project: Project) -> bool:
    """Say whether no command of the project's runs is left, nor a child of one."""
    files = [*project.folder.glob("pid-*"), *project.folder.glob("child-*")]
    assert files
    return all(is_gone(int(file.read_text())) for file in files)


def errors(project: Project) -> Sequence[tuple[str, str, str | None]]:
    return [(run.task, run.status, run.error) for run in project.runs()]


def test_ctrl_c_interrupts_a_run(project: Project) -> None:
    told = interrupt(project, "wait")
    assert errors(project) == [("wait", "interrupted", "interrupted by SIGINT")]
    assert "1 run: 1 interrupted" in told


def test_ctrl_c_interrupts_the_step_that_runs_and_all_that_it_is_in(
    project: Project,
) -> None:
    told = interrupt(project, "q")
    assert project.statuses() == [
        ("q", "interrupted"),
        ("q/p", "interrupted"),
        ("q/p/a", "completed"),
        ("q/p/wait", "interrupted"),
    ]
    q, p, a, wait = project.runs()
    assert project.links(q) == {"p": p.id}
    assert project.links(p) == {"a": a.id, "wait": wait.id}
    assert f"sweepflow run --restart {q.id}" in told


def test_ctrl_c_interrupts_a_batch_and_its_trials(project: Project) -> None:
    interrupt(project, "wait", "n=[1,2,3]", "--jobs", "2", count=2)
    assert errors(project) == [
        ("wait.1", "interrupted", "interrupted by SIGINT"),
        ("wait.2", "interrupted", "interrupted by SIGINT"),
    ]


def test_ctrl_c_interrupts_a_batch_among_steps(project: Project) -> None:
    interrupt(project, "batch", "--jobs", "2", count=2)
    assert project.statuses() == [
        ("batch", "interrupted"),
        ("batch/wait", "interrupted"),
        ("batch/wait/1", "interrupted"),
        ("batch/wait/2", "interrupted"),
    ]


def test_what_was_interrupted_goes_on_at_a_restart(project: Project) -> None:
    interrupt(project, "q")
    q, p, first, wait = project.runs()
    (project.folder / "go").touch()
    project.do("run", "--restart", q.id)
    assert {run.status for run in project.runs()} == {"completed"}
    ids = {run.id for run in project.runs()}
    assert {q.id, p.id, first.id, wait.id} < ids
    assert len(ids) == 6
    assert (project.place(wait) / "made").exists()
    assert list(project.links(p)) == ["a", "a_2", "wait"]


def test_kill_9_of_the_driver_in_a_step_leaves_nothing_running_and_a_restart_goes_on(
    project: Project,
) -> None:
    process = project.start("run", "q")
    wait_for(project.folder / "pid-1", 60)
    process.kill()
    process.communicate()
    assert all_gone(project)
    q, p, first, wait = project.runs()
    wait_for(project.home.attempt(wait.id) / "exit.json")
    (project.folder / "go").touch()
    project.do("run", "--restart", q.id)
    runs = {run.id: run for run in project.runs()}
    assert {run.status for run in runs.values()} == {"completed"}
    assert len(runs) == 6
    assert [runs[run.id].attempts for run in (first, wait)] == [1, 2]
    assert (project.place(wait) / "made").exists()
    assert list(project.links(p)) == ["a", "a_2", "wait"]


def test_kill_9_of_the_driver_is_told_of_every_run_that_was_going_on(
    project: Project,
) -> None:
    process = project.start("run", "p")
    wait_for(project.folder / "pid-1", 60)
    process.kill()
    process.communicate()
    assert all_gone(project)
    [wait] = [run for run in project.runs() if run.task == "p/wait"]
    wait_for(project.home.attempt(wait.id) / "exit.json")
    project.do("runs", "list")
    p, a, wait = errors(project)
    assert p[:2] == ("p", "interrupted")
    assert a == ("p/a", "completed", None)
    assert wait == ("p/wait", "interrupted", "its driver died")


def test_two_runs_of_one_operation_at_once_are_two(project: Project) -> None:
    one = project.start("run", "p", "--run-id", "one")
    wait_for(project.folder / "pid-1", 60)
    (project.folder / "pid-1").unlink()
    two = project.start("run", "p", "--run-id", "two")
    wait_for(project.folder / "pid-1", 60)
    runs = {run.id: run for run in project.runs()}
    assert (runs["one"].status, runs["two"].status) == ("running", "running")
    os.killpg(one.pid, signal.SIGINT)
    one.communicate(timeout=60)
    runs = {run.id: run.status for run in project.runs() if run.task == "p"}
    assert runs == {"one": "interrupted", "two": "running"}
    os.killpg(two.pid, signal.SIGINT)
    two.communicate(timeout=60)
    assert {run.status for run in project.runs()} == {"completed", "interrupted"}


def test_who_needs_an_equal_run_waits_for_the_one_that_is_going_on(
    project: Project,
) -> None:
    processes = [project.start("run", "slow", "--needed") for _ in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
    assert sorted(run.status for run in project.runs()) == [
        "cached",
        "cached",
        "completed",
    ]


def test_several_batches_at_once_are_all_recorded(project: Project) -> None:
    (project.folder / "go").touch()
    batches = [project.start("run", "wait", f"n=[{n},{n}1]") for n in range(1, 5)]
    for process in batches:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert {run.status for run in project.runs()} == {"completed"}
    numbers = sorted(run.params["n"] for run in project.runs())
    assert numbers == [1, 2, 3, 4, 11, 21, 31, 41]
