"""Errors that may pass are tried again, with growing pauses; others are not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.engine.events import TaskRetried
from sweepflow.workflow import Retry
from tests.engine import flows
from tests.engine.some_steps import AtomConstructor, does, makes, note, write

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.workflow.run import Place
    from sweepflow.workflow.steps import StepFunction
    from tests.engine.flows import Flow

flow = flows.flow

Inputs = dict[str, Any]
Made = list[AtomConstructor]

SOON = Retry(backoff=0.05)


class HiccupError(Exception):
    pass


class LongHiccupError(HiccupError):
    pass


def fails(folder: Path, times: int, error: BaseException) -> StepFunction:
    """Give a function that raises an error the first times."""

    def function(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("a")
        count = len(list(folder.glob("try-*")))
        (folder / f"try-{count}").touch()
        assert not list(workspace.iterdir())
        (workspace / "half-done").touch()
        if count < times:
            raise error
        return write(workspace, "a")

    return function


def retried(flow: Flow) -> list[TaskRetried]:
    return [event for event in flow.events if isinstance(event, TaskRetried)]


@pytest.mark.parametrize("place", ["in-process", "local"])
@pytest.mark.parametrize("error", [TimeoutError("slow"), ConnectionResetError()])
def test_an_error_that_passes(
    flow: Flow, tmp_path: Path, place: Place, error: BaseException
) -> None:
    step = does("a", fails(tmp_path, 2, error), retry=SOON)
    state = flow.run(step, makes("b", "a"), executor=place)

    assert state, state
    assert flow.ran() == {"a": 3, "b": 1}
    assert [event.seconds for event in retried(flow)] == [0.05, 0.1]
    run = flow.store.ledger.get(str(state["a"].run_id))
    assert (run.attempts, run.status) == (3, "completed")


def test_an_error_that_does_not_pass(flow: Flow, tmp_path: Path) -> None:
    step = does("a", fails(tmp_path, 9, TimeoutError("slow")), retry=SOON)
    began = time.monotonic()
    state = flow.run(step, makes("b", "a"))

    assert time.monotonic() - began > 0.15
    assert flow.ran() == {"a": 3}
    assert [s.status for s in state] == ["failed", "skipped"]
    assert state["a"].error == "TimeoutError: slow"
    assert flow.store.ledger.get(str(state["a"].run_id)).attempts == 3


@pytest.mark.parametrize(
    "error", [ValueError(), OSError(), AssertionError(), SystemExit(), MemoryError()]
)
def test_other_errors_are_not_tried_again(
    flow: Flow, tmp_path: Path, error: BaseException
) -> None:
    state = flow.run(does("a", fails(tmp_path, 1, error), retry=SOON))

    assert not state
    assert flow.ran() == {"a": 1}


def test_errors_that_are_declared(flow: Flow, tmp_path: Path) -> None:
    retry = Retry(2, 0, (HiccupError,))
    assert flow.run(does("a", fails(tmp_path, 1, LongHiccupError()), retry=retry))
    assert flow.ran() == {"a": 2}

    def times_out(*_: object) -> Made:
        note("b")
        raise TimeoutError

    assert not flow.run(does("b", times_out, retry=retry))
    assert flow.ran() == {"b": 1}


def test_a_retry_takes_no_room_while_it_waits(flow: Flow, tmp_path: Path) -> None:
    step = does("a", fails(tmp_path, 1, TimeoutError()), retry=Retry(backoff=0.5))
    others = [makes(f"s{n}") for n in range(5)]
    state = flow.run(step, *others, jobs=1)

    assert state
    ends = {each.name: each.finished_at or 0.0 for each in state}
    assert max(ends, key=ends.__getitem__) == "a"


def test_a_timeout_is_tried_again_only_if_that_is_said(
    flow: Flow, tmp_path: Path
) -> None:
    def hangs(config: object, inputs: Inputs, workspace: Path) -> Made:
        note("a")
        time.sleep(60)
        return []

    flow.run(does("a", hangs, timeout=0.3), executor="local")
    assert flow.ran() == {"a": 1}
    flow.run(does("a", hangs, timeout=0.3, retry=Retry(2, 0)), executor="local")
    assert flow.ran() == {"a": 2}


def test_an_async_step_is_tried_again(flow: Flow) -> None:
    tries: list[int] = []

    async def shaky(config: object, inputs: Inputs, workspace: Path) -> Made:
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError
        return write(workspace, "a")

    assert flow.run(does("a", shaky, retry=SOON))
    assert len(tries) == 3
