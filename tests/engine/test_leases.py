"""Of those who want the same work one does it, also if that one stops or breaks off."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.engine.events import TaskStarted
from sweepflow.engine.recovery import settle
from sweepflow.errors import StoreError
from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.engine import flows
from tests.engine.processes import wait_for
from tests.engine.some_steps import AtomConstructor, does, makes, note, write
from tests.engine.test_cache import damage, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sweepflow.store.records import Ending, Reuse
    from sweepflow.workflow import WorkflowState
    from sweepflow.workflow.run import Place
    from tests.engine.flows import Flow

flow = flows.flow

Inputs = dict[str, Any]
Made = list[AtomConstructor]

DRIVER = """
import asyncio, os, sys, time
from contextlib import closing
from functools import partial
from pathlib import Path

from sweepflow.engine.recovery import settle
from sweepflow.here import current_store
from sweepflow.workflow import AtomConstructor, Step, Workflow
from sweepflow.workflow.plan import plan_workflow
from sweepflow.workflow.resolve import resolve_config
from sweepflow.workflow.run import make_engine, state_of

def make(name, inputs, workspace):
    text = f"{os.getpid()} {time.time()}"  # another one each time
    (workspace / name).write_text(text)
    with open("ran", "a") as file:
        file.write(f"{name} {os.getpid()}\\n")
    return [AtomConstructor(name, name, "text")]

def plain(name, config, inputs, workspace):
    Path(f"began-{name}").touch()
    time.sleep(0.5)
    return make(name, inputs, workspace)

async def waiting(name, config, inputs, workspace):
    await asyncio.sleep(0.02)
    return make(name, inputs, workspace)

if __name__ == "__main__":
    function = {"plain": plain, "waiting": waiting}[sys.argv[1]]
    names = [f"s{n}" for n in range(int(sys.argv[2]))]
    feeds = [{}, *({name: "text"} for name in names)]
    steps = [Step(name, partial(function, name), reads)
             for name, reads in zip(names, feeds)]
    workflow = Workflow("held", {}, steps)
    store = current_store()
    plan = plan_workflow(workflow, {}, resolve_config(workflow))
    engine = make_engine(plan, store, {"jobs": 2})
    engine.lease_seconds = 1.0
    with closing(engine.executor):
        settle(store)
        report = engine.run(plan)
    state = state_of(plan, report)
    print(*(f"{name}={atom}" for name, atom in sorted(state.outputs.items())))
    sys.exit(report.exit_status)
"""


def drive(folder: Path, kind: str, count: int) -> subprocess.Popen[str]:
    if not (folder / "drive.py").exists():  # another driver may be reading it
        (folder / "drive.py").write_text(DRIVER)
    return subprocess.Popen(
        [sys.executable, "drive.py", kind, str(count)],
        cwd=folder,
        env=os.environ | {"SWEEPFLOW_HOME": str(folder / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(process: subprocess.Popen[str], folder: Path) -> None:
    """Stop a driver, but not in the midst of a transaction.

    SQLite has no means against one who is stopped there: others wait for a minute.
    """
    process.send_signal(signal.SIGSTOP)
    while process.poll() is None:
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if is_free(folder / "home" / "ledger.db"):
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.005)
        process.send_signal(signal.SIGSTOP)


def is_free(ledger: Path) -> bool:
    with closing(sqlite3.connect(ledger, timeout=0, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
    return True


def ran(folder: Path) -> Counter[str]:
    lines = (folder / "ran").read_text().splitlines()
    return Counter(line.split()[0] for line in lines)


def assert_sound(store: Store, count: int) -> None:
    """See that each work was committed once, and of what is there."""
    runs = store.ledger.runs(status="completed")
    assert sorted(run.task for run in runs) == sorted(f"s{n}" for n in range(count))
    assert not store.ledger.runs(status="running")
    for run in runs:
        inputs = store.catalog.inputs(run.id)  # of which none is missing
        assert len(inputs) == (run.task != "s0")
    assert not list(store.objects.verify_all())


def test_who_stopped_past_the_lease_commits_nothing_more(tmp_path: Path) -> None:
    stopped = drive(tmp_path, "plain", 3)
    wait_for(tmp_path / "began-s0")
    stop(stopped, tmp_path)
    successor = drive(tmp_path, "plain", 3)
    second = successor.communicate(timeout=150)
    stopped.send_signal(signal.SIGCONT)
    first = stopped.communicate(timeout=150)

    assert (first[1], second[1]) == ("", "")
    assert first[0] == second[0]
    assert (stopped.returncode, successor.returncode) == (0, 0)
    counts = ran(tmp_path)
    assert (counts["s1"], counts["s2"]) == (1, 1)
    with Store(Home(tmp_path / "home")) as store:
        assert_sound(store, 3)


@pytest.mark.parametrize("number", range(3))
def test_who_stopped_among_short_steps(tmp_path: Path, number: int) -> None:
    stopped = drive(tmp_path, "waiting", 40)
    wait_for(tmp_path / "ran", 60)
    time.sleep(random.uniform(0, 0.8))  # noqa: S311 - any instant will do
    stop(stopped, tmp_path)
    successor = drive(tmp_path, "waiting", 40)
    second = successor.communicate(timeout=150)
    stopped.send_signal(signal.SIGCONT)
    first = stopped.communicate(timeout=150)

    assert (successor.returncode, second[1]) == (0, "")
    if stopped.returncode == 0:
        assert first[0] == second[0]
    else:  # others had built on what it could not commit any more
        assert "another one has taken over its work" in first[1]
    with Store(Home(tmp_path / "home")) as store:
        settle(store)  # as the next run does
        assert_sound(store, 40)


def test_a_walk_that_broke_off_holds_up_nobody(flow: Flow) -> None:
    def breaks(event: object) -> None:
        if isinstance(event, TaskStarted) and event.task.key == "b":
            raise RuntimeError("the listener broke")

    steps = makes("a"), makes("b", "a"), makes("c", "b")
    with pytest.raises(RuntimeError, match="the listener broke"):
        flow.run(*steps, listeners=[breaks])
    flow.ran()

    began = time.monotonic()
    assert flow.run(*steps)

    assert time.monotonic() - began < 10
    assert flow.ran()["b"] == 1
    assert not flow.store.ledger.runs(status="running")


@pytest.mark.parametrize("place", ["in-process", "local"])
def test_two_walks_in_one_process_do_it_once(flow: Flow, place: Place) -> None:
    async def slow(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("a")
        await asyncio.sleep(0.3)
        return write(workspace, "a", f"{time.time()}")

    steps = does("a", slow), *(makes(f"s{n}", "a") for n in range(4))
    states: list[WorkflowState] = []
    threads = [
        threading.Thread(target=lambda: states.append(flow.run(*steps, executor=place)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(states), states
    assert flow.ran() == {"a": 1, **{f"s{n}": 1 for n in range(4)}}
    assert len({str(state.outputs) for state in states}) == 1


def test_damage_is_healed_once_by_two(flow: Flow) -> None:
    async def slow(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("a")
        await asyncio.sleep(0.5)
        return write(workspace, "a", "a")

    step = does("a", slow)
    first = flow.run(step)
    flow.ran()
    digest = first.outputs["a"]
    damage(place_of(flow, flow.store.catalog.atom(digest).digest), b"?")

    threads = [threading.Thread(target=flow.run, args=[step]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert flow.ran() == {"a": 1}
    assert not list(flow.store.objects.verify_all())


def test_a_lost_lease_is_told_where_others_built_on_the_work(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it had stood still between its last look and the commit."""
    commit = flow.store.ledger.commit

    def fenced(
        endings: Sequence[Ending] = (), reused: Sequence[Reuse] = ()
    ) -> frozenset[str]:
        commit((), reused)
        return frozenset(ending.run_id for ending in endings)

    monkeypatch.setattr(flow.store.ledger, "commit", fenced)
    with pytest.raises(StoreError, match="another one has taken over its work"):
        flow.run(makes("a"), makes("b", "a"))
