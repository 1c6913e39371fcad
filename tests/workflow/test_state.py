"""How the end of a workflow is told."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from sweepflow.workflow import StepState, WorkflowError, WorkflowState
from sweepflow.workflow.errors import UnknownStepError

DONE = StepState(
    "prepare",
    "completed",
    output_atoms={"data": "dataset-me-1"},
    started_at=10.0,
    finished_at=12.5,
)
CACHED = StepState("split", "cached", output_atoms={"test": "dataset-me-2"})
FAILED = StepState("train", "failed", error="ValueError: no", log=Path("logs/t.txt"))
STOPPED = StepState("watch", "interrupted", error="ended from outside")
SKIPPED = StepState("evaluate", "skipped", error="train failed")


def test_a_state_is_true_if_all_outputs_are_there() -> None:
    assert WorkflowState("flow", [DONE, CACHED])
    for other in (FAILED, STOPPED, SKIPPED):
        assert not other
        assert not WorkflowState("flow", [DONE, other])


def test_steps_are_looked_up_by_name() -> None:
    state = WorkflowState("flow", [DONE, FAILED])
    assert state["train"] is state.step("train") is FAILED
    assert list(state) == [DONE, FAILED]
    assert len(state) == 2
    with pytest.raises(UnknownStepError) as caught:
        state["trian"]
    assert str(caught.value) == (
        "workflow 'flow' has no step 'trian'\nhint: did you mean 'train'?"
    )


def test_outputs_are_those_of_all_steps() -> None:
    state = WorkflowState("flow", [DONE, CACHED, FAILED])
    assert state.outputs == {"data": "dataset-me-1", "test": "dataset-me-2"}


def test_a_step_knows_how_long_it_took() -> None:
    assert DONE.seconds == 2.5
    assert SKIPPED.seconds is None


def test_a_state_tells_of_itself() -> None:
    assert repr(WorkflowState("flow", [DONE, CACHED, FAILED])) == (
        "WorkflowState of 'flow':\n"
        "  prepare: completed in 2.5 s, made data=dataset-me-1\n"
        "  split: cached, made test=dataset-me-2\n"
        "  train: failed: ValueError: no"
    )


def test_the_error_names_each_failure_with_its_log() -> None:
    state = WorkflowState("flow", [DONE, FAILED, STOPPED, SKIPPED])
    error = WorkflowError(state)
    assert state.failed == [FAILED, STOPPED]
    assert str(error) == (
        "workflow 'flow' did not complete: 1 of 4 steps are done\n"
        "  train failed: ValueError: no (log: logs/t.txt)\n"
        "  watch interrupted: ended from outside\n"
        "  1 skipped, which needed what they make"
    )
    assert error.exit_status == 1
    assert pickle.loads(pickle.dumps(error)).state == state  # noqa: S301 - our own
