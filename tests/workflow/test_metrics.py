"""Numbers that steps give, wherever and however they run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.workflow import log_metric
from tests.engine import flows
from tests.engine.some_steps import does, write

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.workflow import AtomConstructor, WorkflowState
    from sweepflow.workflow.run import Place
    from sweepflow.workflow.steps import StepFunction
    from tests.engine.flows import Flow

flow = flows.flow


def logs(config: object, inputs: dict[str, Any], work: Path) -> list[AtomConstructor]:
    for step, loss in enumerate((3.0, 1.0, 2.0), 1):
        log_metric("loss", loss, step)
    log_metric("score", 7)
    return write(work, "x")


async def awaits(
    config: object, inputs: dict[str, Any], work: Path
) -> list[AtomConstructor]:
    await asyncio.sleep(0)
    return logs(config, inputs, work)


def fails(config: object, inputs: dict[str, Any], work: Path) -> None:
    logs(config, inputs, work)
    raise ValueError("no more")


def recorded(flow: Flow, state: WorkflowState) -> dict[str, Any]:
    run_id = state["x"].run_id or ""
    scalars = flow.store.ledger.scalars([run_id], points=True)[run_id]
    return {one.name: (one.last, one.last_step, one.points) for one in scalars.values()}


@pytest.mark.parametrize("place", ["in-process", "local"])
@pytest.mark.parametrize("function", [logs, awaits, fails])
def test_are_recorded_with_the_run(
    flow: Flow, place: Place, function: StepFunction
) -> None:
    state = flow.run(does("x", function), executor=place)
    assert recorded(flow, state) == {
        "loss": (2.0, 3, ((1, 3.0), (2, 1.0), (3, 2.0))),
        "score": (7.0, 0, ((0, 7.0),)),
    }


def test_are_nothing_outside_of_a_step() -> None:
    log_metric("loss", 1.0)
