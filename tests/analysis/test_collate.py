"""The results of a sweep as a frame."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.analysis import AnalysisError, collate_sweep_evals, compute_ci_df
from sweepflow.workflow import AtomConstructor, Step, Workflow, run_sweep
from sweepflow.workflow.errors import UnknownStepError
from tests.engine import flows

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.workflow import WorkflowState
    from tests.engine.flows import Flow

flow = flows.flow


@dataclass
class Training:
    lr: float = 0.0
    name: str = ""


def train(
    config: Training, inputs: dict[str, Any], work: Path
) -> list[AtomConstructor]:
    if config.lr < 0:
        raise ValueError("less than nothing")
    (work / "model").write_text(f"{config.lr} {config.name}")
    return [AtomConstructor("model", "model", "text")]


def judge(config: object, inputs: dict[str, Any], work: Path) -> list[AtomConstructor]:
    lr = float(inputs["model"].path.read_text().split()[0])
    (work / "result").mkdir()
    metrics = {"accuracy": lr / 2, "by": {"loss": lr}} | (
        {"extra": 1} if lr > 1 else {}
    )
    (work / "result" / "metrics.json").write_text(json.dumps(metrics))
    return [AtomConstructor("eval", "result", "eval")]


def tell(config: object, inputs: dict[str, Any], work: Path) -> list[AtomConstructor]:
    if inputs["eval"].metrics["accuracy"] > 1:
        raise ValueError("too good")
    return []


WORKFLOW = Workflow(
    "w",
    {},
    [
        Step("train", train, {}, Training, {"model": "text"}),
        Step("judge", judge, {"model": "text"}, None, {"eval": "eval"}),
        Step("tell", tell, {"eval": "eval"}, None, {}),
    ],
)


@pytest.fixture
def states(flow: Flow) -> list[WorkflowState]:
    grid = {"train.lr": [1.0, -1.0, 4.0], "train.name": ["a", "1"]}
    return run_sweep(WORKFLOW, None, grid, executor="in-process")


def test_a_row_for_each_point_failures_marked(states: list[WorkflowState]) -> None:
    frame = collate_sweep_evals(states, "judge")
    assert frame.columns == [
        *("train.lr", "train.name", "status", "error"),
        *("accuracy", "by.loss", "extra"),
    ]
    rows = frame.drop("error").rows()
    assert rows[0] == (1.0, "a", "completed", 0.5, 1.0, None)
    assert rows[2] == (-1.0, "a", "failed", None, None, None)
    assert rows[4] == (4.0, "a", "failed", 2.0, 4.0, 1)
    assert len(rows) == 6
    errors = frame["error"].to_list()
    assert errors[:2] == [None, None]
    assert "less than nothing" in errors[2]
    assert "too good" in errors[4]
    assert frame["train.name"].to_list() == ["a", "1"] * 3
    means = compute_ci_df(frame, "train.lr", "accuracy")
    assert means.select("n", "missing").rows() == [(2, 0), (0, 2), (2, 0)]


def test_only_what_is_asked_for(states: list[WorkflowState]) -> None:
    assert collate_sweep_evals(states, "judge", "by.loss").columns[4:] == ["by.loss"]
    two = collate_sweep_evals(states, "judge", ["extra", "accuracy"])
    assert two.columns[4:] == ["extra", "accuracy"]
    assert collate_sweep_evals([], "judge").shape == (0, 0)


def test_what_is_not_there_is_told(states: list[WorkflowState]) -> None:
    with pytest.raises(AnalysisError, match=r"no metric 'f1'[^$]*accuracy, by.loss"):
        collate_sweep_evals(states, "judge", "f1")
    with pytest.raises(AnalysisError, match=r"no output 'result'[^$]*may be: eval"):
        collate_sweep_evals(states, "judge", eval_atom_key="result")
    with pytest.raises(UnknownStepError):
        collate_sweep_evals(states, "evaluate")


def test_where_nothing_was_evaluated_the_metrics_asked_for_are_empty(
    states: list[WorkflowState],
) -> None:
    frame = collate_sweep_evals(states[2:4], "judge", "accuracy")
    assert frame["accuracy"].to_list() == [None, None]
