"""Runs of steps as the frame of a plot: which values count as a run's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.report import ColumnNameError, plot_frame
from tests.recorded import record
from tests.report.conftest import Flow, atom

if TYPE_CHECKING:
    from sweepflow.store.records import Run
    from sweepflow.store.store import Store


def runs_of(store: Store, task: str | None = None) -> list[Run]:
    return list(store.reader.runs(task=task))


def test_a_step_has_the_settings_of_those_that_it_came_from(store: Store) -> None:
    Flow(store).sweep()
    frame = plot_frame(store, runs_of(store), "lr", "accuracy", "model").sort("lr")
    assert frame.rows(named=True) == [
        {"lr": 0.001, "accuracy": 0.5, "model": "a"},
        {"lr": 0.01, "accuracy": 0.6, "model": "b"},
        {"lr": 0.1, "accuracy": 0.7, "model": "a"},
    ]
    # Also where only the last step was asked for.
    only = plot_frame(store, runs_of(store, "score"), "train.lr", "accuracy")
    assert sorted(only["train.lr"]) == [0.001, 0.01, 0.1]


def test_a_point_is_a_run_that_gave_the_number_itself(store: Store) -> None:
    Flow(store).sweep()
    frame = plot_frame(store, runs_of(store), "lr", "train.loss")
    assert frame.height == 3
    frame = plot_frame(store, runs_of(store), "loss", "accuracy")
    assert sorted(frame.rows()) == [(pytest.approx(1 / 3), 0.7), (0.5, 0.6), (1, 0.5)]


def test_the_same_result_counts_once_however_often_it_was_taken(store: Store) -> None:
    flow = Flow(store)
    flow.sweep((0.001,))
    again = Flow(store, plan="later")
    again.step(
        "again",
        "train",
        at=100,
        params={"lr": 0.001, "model": "a"},
        inputs={"data": atom("data", "dataset")},
        outputs={"model": atom("model 0.001")},
        status="cached",
        cached_from="train0",
    )
    assert plot_frame(store, runs_of(store), "lr", "loss").height == 1


def test_where_two_made_the_same_it_is_not_guessed_which_it_came_from(
    store: Store,
) -> None:
    flow = Flow(store)
    for n, rate in enumerate((0.1, 0.2)):
        params = {"lr": rate, "seed": 1}
        flow.step(f"t{n}", "train", at=n, params=params, outputs={"model": atom("m")})
    scores = {"accuracy": 0.5}
    flow.step("s", "score", at=9, inputs={"model": atom("m")}, scalars=scores)
    assert plot_frame(store, runs_of(store), "seed", "accuracy").rows() == [(1, 0.5)]
    with pytest.raises(
        ColumnNameError, match=r"no run has train\.lr and score\.accuracy"
    ):
        plot_frame(store, runs_of(store), "lr", "accuracy")


def test_what_another_plan_made_counts_where_the_own_plan_made_nothing(
    store: Store,
) -> None:
    Flow(store).step("t", "train", at=0, params={"lr": 3}, outputs={"m": atom("m")})
    other = Flow(store, name="other", plan="other")
    other.step("s", "score", at=9, inputs={"m": atom("m")}, scalars={"accuracy": 1.0})
    found = plot_frame(store, list(store.reader.runs(name="other")), "lr", "accuracy")
    assert found.rows() == [(3, 1.0)]


def test_a_step_that_passes_its_input_on_does_not_come_from_itself(
    store: Store,
) -> None:
    flow = Flow(store)
    flow.step("a", "make", at=0, params={"n": 1}, outputs={"x": atom("x")})
    flow.step(
        "b",
        "check",
        at=1,
        inputs={"x": atom("x")},
        outputs={"x": atom("x")},
        scalars={"fine": 1.0},
    )
    assert plot_frame(store, runs_of(store), "n", "fine").rows() == [(1, 1.0)]


def test_an_operation_has_the_flags_of_what_it_required(store: Store) -> None:
    record(store, "p", name="prep", params={"rows": 5})
    needs: Any = [{"name": "prep", "uri": "operation:prep", "run": "p", "placed": []}]
    facts: dict[str, Any] = {"requirements": needs}
    record(store, "t", after=9, facts=facts, params={"lr": 2}, scalars={"loss": 0.1})
    runs = list(store.reader.runs(name="train", facts=True))
    assert plot_frame(store, runs, "rows", "loss", "lr").rows() == [(5, 0.1, 2)]


def test_a_name_that_stands_for_nothing_or_for_several_is_refused(
    store: Store,
) -> None:
    flow = Flow(store)
    flow.sweep()
    flow.step("d", "distill", at=50, params={"lr": 1}, scalars={"loss": 1.0})
    with pytest.raises(ColumnNameError, match=r"'loss' .* 'distill\.loss'"):
        plot_frame(store, runs_of(store), "rows", "loss")
    with pytest.raises(ColumnNameError, match="'acuracy'\nhint: did you mean 'accu"):
        plot_frame(store, runs_of(store), "rows", "acuracy")
    with pytest.raises(ColumnNameError, match="no run has"):
        plot_frame(store, [], "rows", "accuracy")
