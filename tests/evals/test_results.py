"""The names of metrics, where one is not enough to tell them apart."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("inspect_ai")

from inspect_ai.log import EvalMetric, EvalScore

from sweepflow.evals.errors import EvaluationFailedError
from sweepflow.evals.inspect.results import metrics_of


def metric(name: str, value: float, **more: Any) -> EvalMetric:  # noqa: ANN401
    return EvalMetric(name=name, value=value, **more)


def score(
    name: str = "match", reducer: str | None = None, **values: float
) -> EvalScore:
    metrics = {key: metric(key, value) for key, value in values.items()}
    return EvalScore(name=name, scorer=name, reducer=reducer, metrics=metrics)


def test_a_standard_error_is_named_after_its_mean() -> None:
    assert metrics_of([score(accuracy=0.5, stderr=0.1)]) == {
        "accuracy": 0.5,
        "accuracy_stderr": 0.1,
    }
    assert metrics_of([score(std=1, mean=0.5, bootstrap_stderr=0.1)]) == {
        "std": 1,
        "mean": 0.5,
        "mean_bootstrap_stderr": 0.1,
    }


def test_a_standard_error_of_no_mean_that_is_there_keeps_its_name() -> None:
    assert metrics_of([score(highest=0.5, stderr=0.1)]) == {
        "highest": 0.5,
        "stderr": 0.1,
    }


def test_a_reducer_is_named_where_there_are_several() -> None:
    assert metrics_of([score(reducer="mean", accuracy=0.5)]) == {"accuracy": 0.5}
    several = [score(reducer="mean", accuracy=0.5), score(reducer="max", accuracy=1)]
    assert metrics_of(several) == {"mean/accuracy": 0.5, "max/accuracy": 1}


def test_groups_by_two_keys_stay_apart() -> None:
    inner = {"type": "metric", "name": "stderr"}
    groups = {
        f"all{key}": metric(
            "all", 0.1, group="grouped", params={"metric": inner, "group_key": key}
        )
        for key in ("kind", "size")
    }
    by_kind = {"type": "metric", "name": "accuracy"}
    groups["all"] = metric(
        "all", 0.5, group="grouped", params={"metric": by_kind, "group_key": "kind"}
    )
    assert metrics_of([EvalScore(name="m", scorer="m", metrics=groups)]) == {
        "accuracy_stderr/kind/all": 0.1,
        "stderr/size/all": 0.1,
        "accuracy/kind/all": 0.5,
    }


def test_a_metric_of_several_values_gives_each() -> None:
    values = {key: metric(key, 1, group="rates") for key in ("true", "false")}
    assert metrics_of([EvalScore(name="m", scorer="m", metrics=values)]) == {
        "rates/true": 1,
        "rates/false": 1,
    }


def test_nothing_is_overwritten() -> None:
    with pytest.raises(EvaluationFailedError, match="both named 'accuracy'"):
        metrics_of([score(accuracy=1), score(accuracy=0)])
