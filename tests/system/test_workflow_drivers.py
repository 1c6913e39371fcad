"""Many drivers of one plan at once: each step is done once, and all are served."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.engine.processes import wait_for
from tests.system.conftest import environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FLOW = """
import asyncio, os, sys, time
from functools import partial

from sweepflow.workflow import AtomConstructor, Step, Workflow, run_workflow

def make(name, inputs, workspace):
    with open("ran", "a") as file:  # one short write: atomic
        file.write(f"{name}\\n")
    text = f"{os.getpid()} {time.time()}"  # another one each time
    (workspace / name).write_text(text)
    return [AtomConstructor(name, name, "text")]

def plain(name, config, inputs, workspace):
    time.sleep(0.1)
    return make(name, inputs, workspace)

async def waiting(name, config, inputs, workspace):
    await asyncio.sleep(0.1)
    return make(name, inputs, workspace)

def step(number):
    name = f"s{number}"
    feeds = {f"s{n}": "text" for n in {number // 2, number - 1} if 0 <= n < number}
    if number % 4 < 2:
        feeds.pop(f"s{number - 1}", None)
    function = waiting if number % 3 == 0 else plain
    return Step(name, partial(function, name), feeds)

if __name__ == "__main__":
    workflow = Workflow("ten", {}, [step(n) for n in range(10)])
    state = run_workflow(workflow, jobs=2)
    print(sorted(state.outputs.items()))
"""

STEPS = {f"s{n}": 1 for n in range(10)}


def start(folder: Path, **more: str) -> subprocess.Popen[str]:
    if not (folder / "flow.py").exists():  # another driver may be reading it
        (folder / "flow.py").write_text(FLOW)
    return subprocess.Popen(
        [sys.executable, "flow.py"],
        cwd=folder,
        env=environment() | {"SWEEPFLOW_HOME": str(folder / "home")} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ends(drivers: Sequence[subprocess.Popen[str]]) -> set[str]:
    """Wait for drivers, and give what they printed."""
    printed: set[str] = set()
    for driver in drivers:
        out, err = driver.communicate(timeout=100)
        assert (driver.returncode, err) == (0, "")
        printed.add(out)
    return printed


def ran(folder: Path) -> Counter[str]:
    return Counter((folder / "ran").read_text().split())


def assert_sound(folder: Path, address: str | None = None) -> None:
    with Store(Home(folder / "home", address)) as store:
        completed = store.ledger.runs(status="completed")
        assert Counter(run.task for run in completed) == STEPS
        assert not store.ledger.runs(status="running")
        assert not list(store.objects.verify_all())


@pytest.mark.parametrize("count", [2, 8])
def test_each_step_is_done_once(tmp_path: Path, count: int) -> None:
    printed = ends([start(tmp_path) for _ in range(count)])

    assert ran(tmp_path) == STEPS
    assert len(printed) == 1  # all of them have the same atoms
    assert_sound(tmp_path)


@pytest.mark.parametrize("count", [2, 8])
def test_one_is_killed_in_the_middle(tmp_path: Path, count: int) -> None:
    victim = start(tmp_path)
    wait_for(tmp_path / "ran", 60)
    others = [start(tmp_path) for _ in range(count - 1)]
    time.sleep(0.2)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()

    printed = ends(others)

    assert len(printed) == 1
    counts = ran(tmp_path)
    assert counts.keys() == STEPS.keys()
    # What it was at when it died may have gone as far as its note.
    assert sum(counts.values()) - len(STEPS) <= 6
    assert_sound(tmp_path)


def test_one_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    import psutil

    victim = start(tmp_path)
    wait_for(tmp_path / "ran", 60)
    other = start(tmp_path)
    time.sleep(0.2)
    for process in [
        psutil.Process(victim.pid),
        *psutil.Process(victim.pid).children(recursive=True),
    ]:
        process.kill()
    victim.communicate()

    began = time.monotonic()
    ends([other])

    assert time.monotonic() - began < 20  # nobody waits for a lease to expire
    assert ran(tmp_path).keys() == STEPS.keys()
    assert_sound(tmp_path)


@pytest.mark.postgres
@pytest.mark.parametrize("is_killed", [False, True])
def test_the_same_on_a_server(
    tmp_path: Path, postgres: str, *, is_killed: bool
) -> None:
    drivers = [start(tmp_path, SWEEPFLOW_LEDGER=postgres) for _ in range(4)]
    if is_killed:
        wait_for(tmp_path / "ran", 60)
        drivers[0].kill()
        drivers[0].communicate()

    printed = ends(drivers[1 if is_killed else 0 :])

    assert len(printed) == 1
    if not is_killed:
        assert ran(tmp_path) == STEPS
    assert_sound(tmp_path, postgres)
    (tmp_path / "ran").write_text("")
    assert ends([start(tmp_path, SWEEPFLOW_LEDGER=postgres)]) == printed
    assert not ran(tmp_path)
    assert not (tmp_path / "home" / "ledger.db").exists()
