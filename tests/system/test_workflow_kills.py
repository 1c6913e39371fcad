"""SIGKILL at any instant, of anyone: the next run finishes, and repeats nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil
import pytest

from sweepflow.engine.attempt import Attempt
from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.system.conftest import environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KILLS = int(os.environ.get("SWEEPFLOW_KILLS", "12"))
GROUPS = 2

FLOW = """
import asyncio, os, sys, time
from functools import partial
from pathlib import Path

from sweepflow.workflow import AtomConstructor, Step, Workflow, run_workflow

def make(name, inputs, workspace):
    with open("ran", "a") as file:  # one short write: atomic
        file.write(f"{name}\\n")
    text = name + "".join(inputs[key].path.read_text() for key in sorted(inputs))
    (workspace / name).write_text(text)
    return [AtomConstructor(name, name, "text")]

def plain(name, config, inputs, workspace):
    time.sleep(0.01)
    return make(name, inputs, workspace)

async def waiting(name, config, inputs, workspace):
    await asyncio.sleep(0.01)
    return make(name, inputs, workspace)

def step(number):
    name = f"s{number}"
    feeds = {f"s{n}" for n in (number // 2, number - 3) if 0 <= n < number}
    function = waiting if number % 3 else plain
    declared = {name: "text"}
    return Step(name, partial(function, name), dict.fromkeys(feeds, "text"),
                output_atom_types=declared)

if __name__ == "__main__":
    workflow = Workflow("thirty", {}, [step(n) for n in range(30)])
    run_workflow(workflow, jobs=4)
"""


def start(folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "said").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "flow.py"],
            cwd=folder,
            env=environment() | {"SWEEPFLOW_HOME": str(folder / ".sweepflow")},
            stdout=said,
            stderr=said,
        )


def finish(folder: Path) -> Mapping[str, str]:
    """Run to the end, and give the digests of all that was made, by name."""
    with start(folder) as driver:
        assert driver.wait(timeout=100) == 0, (folder / "said").read_text()
    with Store(home_of(folder)) as store:
        found: dict[str, str] = {}
        for run in store.ledger.runs(status="completed"):
            assert run.fingerprint
            hit = store.ledger.hits([run.fingerprint])[run.fingerprint]
            found |= {name: atom.digest for name, atom in hit.outputs.items()}
        assert not list(store.objects.verify_all())
        assert not store.ledger.runs(status="running")
    return found


def home_of(folder: Path) -> Home:
    return Home(folder / ".sweepflow")


def done(folder: Path) -> set[str]:
    """Give the steps that may not run again: they completed, as is on record."""
    home = home_of(folder)
    if not home.has_ledger():
        return set()
    with Store(home) as store:
        runs = store.ledger.runs()
    ends = {run.task: run.status for run in runs}
    for run in runs:
        record = Attempt(home.attempt(run.id)).read_exit()
        if run.status == "running" and record:  # which the next driver takes it from
            ends[run.task] = record.outcome.status
    return {task for task, status in ends.items() if status == "completed"}


def ran(folder: Path) -> list[str]:
    file = folder / "ran"
    names = file.read_text().split() if file.exists() else []
    file.unlink(missing_ok=True)
    return names


def strike(driver: subprocess.Popen[bytes], whom: str) -> None:
    """Kill the driver, one of those below it, or all of them."""
    process = psutil.Process(driver.pid)
    below: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        process.suspend()  # else it could start more meanwhile
        below = process.children(recursive=True)
    if whom == "one" and below:
        victims = [random.choice(below)]  # noqa: S311 - any will do
    else:
        victims = below if whom in ("all", "one") else []
    if whom != "one":
        victims = [process, *victims]
    for victim in victims:
        with suppress(psutil.NoSuchProcess):
            victim.kill()
    with suppress(psutil.NoSuchProcess):
        process.resume()
    gone, left = psutil.wait_procs(below, timeout=20)  # what ends, may do so in peace
    assert not left, gone


@pytest.mark.parametrize("group", range(GROUPS))
def test_the_next_run_finishes_and_repeats_nothing(tmp_path: Path, group: int) -> None:
    expected: Mapping[str, str] = {}
    took = 0.0
    for number in range(-1, KILLS // GROUPS):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "flow.py").write_text(FLOW)
        if number < 0:  # undisturbed
            began = time.monotonic()
            expected = finish(folder)
            took = time.monotonic() - began
            assert sorted(ran(folder)) == sorted(expected)
            assert len(expected) == 30
            continue
        whom = random.choice(["driver", "one", "all"])  # noqa: S311
        delay = random.uniform(took * 0.2, took)  # noqa: S311
        with start(folder) as driver:
            time.sleep(delay)
            strike(driver, whom)
            assert driver.wait(timeout=100) in (0, 1, -signal.SIGKILL)
        known, before = done(folder), ran(folder)

        digests = finish(folder)

        case = (whom, delay, took, (folder / "said").read_text())
        assert digests == expected, case
        again = ran(folder)
        assert known.isdisjoint(again), case
        assert len(again) == len(set(again)), case
        assert set(again) | set(before) | known == set(expected), case
