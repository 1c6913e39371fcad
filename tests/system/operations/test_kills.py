"""SIGKILL at any instant: a restart finishes the run, and repeats nothing."""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from tests.system.operations.conftest import Make
    from tests.system.operations.project import Project

KILLS = int(os.environ.get("SWEEPFLOW_KILLS", "12")) // 3
STEPS = 6
CHANCE = random.SystemRandom()
WHOM = ("driver", "another", "all")
GUILD = f"""\
work: {{exec: sh work.sh, flags: {{n: 0}}}}
inner: {{steps: ['work n=90', 'work n=[91,92]']}}
p: {{steps: [{", ".join(f"work n={n}" for n in range(STEPS))}, inner]}}
"""
WORK = """\
sleep 0.1
echo $FLAG_N >> $PROJECT_DIR/ran
echo $FLAG_N > made.txt
"""


def strike(driver: psutil.Process, whom: str) -> None:
    """Kill the driver, one of those below it, or all of them."""
    below: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        below = driver.children(recursive=True)
    targets = {
        "driver": [driver],
        "another": CHANCE.sample(below, min(1, len(below))),
        "all": [driver, *below],
    }
    for process in targets[whom]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def done(project: Project) -> set[str]:
    """Give the steps that may not run again: they completed, as is on record."""
    return {
        run.task
        for run in project.runs()
        if "n" in run.params and run.status == "completed"
    }


@pytest.mark.parametrize("turn", range(2))
def test_killed_again_and_again_a_run_completes_and_repeats_nothing(
    make: Make, turn: int
) -> None:
    project = make(GUILD)
    project.write(WORK, "work.sh")
    args = ["p", "--run-id", "killed"]
    for _ in range(KILLS):
        before = done(project)
        (project.folder / "ran").write_text("")
        process = project.start("run", *args, "--jobs", "2")
        time.sleep(CHANCE.uniform(0.3, 2))
        strike(psutil.Process(process.pid), CHANCE.choice(WHOM))
        _, err = process.communicate(timeout=100)
        assert "Traceback" not in err
        wait_until_ended(project)
        ran = (project.folder / "ran").read_text().split()
        numbers = {run.task: str(run.params.get("n")) for run in project.runs()}
        assert {numbers[task] for task in before}.isdisjoint(ran)
        if project.ids():
            args = ["--restart", "killed"]
    project.do("run", *args)
    runs = project.runs()
    assert {run.status for run in runs} == {"completed"}
    assert len(runs) == len(["p", *range(STEPS), "inner", 90, "batch", 91, 92])
    for run in runs:
        if run.name == "work" and "n" in run.params:
            made = project.place(run) / "made.txt"
            assert made.read_text() == f"{run.params['n']}\n"
    project.do("atoms", "verify")


def wait_until_ended(project: Project, seconds: float = 60) -> None:
    """Wait until what a driver left behind has ended, as `runs list` tells."""
    deadline = time.monotonic() + seconds
    while True:
        project.do("runs", "list")
        if all(run.status != "running" for run in project.runs()):
            return
        assert time.monotonic() < deadline
        time.sleep(0.2)
