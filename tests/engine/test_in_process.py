"""Steps in the driver's own process: async ones in one loop, plain ones in threads."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine import flows
from tests.engine.some_steps import AtomConstructor, does, makes, note, write

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.workflow import Step
    from sweepflow.workflow.run import Place
    from sweepflow.workflow.steps import StepFunction
    from tests.engine.flows import Flow

flow = flows.flow

Inputs = dict[str, Any]
Made = list[AtomConstructor]

PLACES = ("in-process", "local")


def rendezvous(count: int) -> list[Step]:
    """Give async steps of which none ends before all have begun."""
    here: list[str] = []

    def meets(name: str) -> StepFunction:
        async def function(config: object, inputs: Inputs, workspace: Path) -> Made:
            here.append(name)
            while len(here) < count:  # noqa: ASYNC110 - whichever loop it is
                await asyncio.sleep(0.01)
            return write(workspace, name, f"{threading.get_ident()}")

        return function

    return [does(f"s{n}", meets(f"s{n}")) for n in range(count)]


@pytest.mark.parametrize("place", PLACES)
def test_async_steps_share_one_loop_and_need_no_core(flow: Flow, place: Place) -> None:
    state = flow.run(*rendezvous(50), jobs=1, executor=place, cache="off")

    assert state, state
    assert len({flow.text(state, step.name) for step in state}) == 1


def test_an_async_step_feeds_a_plain_one_and_back(flow: Flow) -> None:
    async def middle(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("b")
        await asyncio.sleep(0)
        return write(workspace, "b", "b" + inputs["a"].path.read_text())

    steps = makes("a"), does("b", middle, "a"), makes("c", "b")
    state = flow.run(*steps, executor="local")

    assert flow.text(state, "c") == "cba"
    flow.ran()
    flow.run(*steps, executor="local")
    assert not flow.ran()


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), ValueError("x")])
@pytest.mark.parametrize("inner", [False, True])
def test_what_an_async_step_raises_is_its_own_failure(
    flow: Flow, error: BaseException, *, inner: bool
) -> None:
    async def raises(*_: object) -> Made:
        raise error

    async def function(config: object, inputs: Inputs, workspace: Path) -> Made:
        await (asyncio.create_task(raises()) if inner else raises())
        return []

    state = flow.run(does("bad", function), *rendezvous(3))

    assert state["bad"].status == "failed"
    assert type(error).__name__ in str(state["bad"].error)
    assert sum(map(bool, state)) == 3


def test_an_async_step_times_out(flow: Flow) -> None:
    ended: list[str] = []

    async def sleeps(config: object, inputs: Inputs, workspace: Path) -> Made:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("properly")
        return []

    state = flow.run(does("a", sleeps, timeout=0.1), makes("b"))

    assert (state["a"].status, state["a"].error) == ("failed", "timed out")
    assert ended == ["properly"]
    assert state["b"]


def test_a_plain_step_with_a_timeout_gets_a_process(flow: Flow) -> None:
    def tells(config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "a", str(os.getpid()))

    state = flow.run(does("a", tells, timeout=20), executor="in-process")
    assert flow.text(state, "a") != str(os.getpid())
    state = flow.run(does("a", tells), executor="in-process", cache="renew")
    assert flow.text(state, "a") == str(os.getpid())


def test_plain_steps_run_in_threads_side_by_side(flow: Flow) -> None:
    barrier = threading.Barrier(3, timeout=20)

    def meets(config: object, inputs: Inputs, workspace: Path) -> Made:
        barrier.wait()
        return []

    steps = [does(f"s{n}", meets) for n in range(3)]
    assert flow.run(*steps, jobs=3, cache="off")


def test_sys_exit_in_a_thread_ends_the_step_alone(flow: Flow) -> None:
    def leaves(*_: object) -> Made:
        sys.exit(2)

    state = flow.run(does("a", leaves), makes("b"))

    assert [step.status for step in state] == ["failed", "completed"]


@pytest.mark.parametrize("is_async", [False, True])
def test_no_room_to_work_in_is_a_failure(flow: Flow, *, is_async: bool) -> None:
    async def waits(config: object, inputs: Inputs, workspace: Path) -> Made:
        return write(workspace, "a")

    flow.store.home.workspace.write_text("a file where a folder should be")
    state = flow.run(does("a", waits) if is_async else makes("a"))

    assert "cannot make a folder to work in" in str(state["a"].error)


def test_no_workspace_is_left(flow: Flow) -> None:
    async def fails(*_: object) -> Made:
        raise ValueError

    flow.run(makes("a"), does("b", fails))
    assert not list(flow.store.home.workspace.iterdir())


def test_many_steps_leave_no_thread(flow: Flow) -> None:
    before = threading.active_count()

    assert flow.run(*(makes(f"s{n}") for n in range(300)), jobs=4)

    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() <= before
