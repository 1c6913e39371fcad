"""What is recorded of many numbers."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.engine.scalars import MOST_NAMES, MOST_POINTS, Recorder, Scalar
from tests.memory import peak_memory

if TYPE_CHECKING:
    from sweepflow.store.records import ScalarRecord


def recorded(*values: float, step: int | None = None) -> ScalarRecord:
    recorder = Recorder()
    recorder.add(
        Scalar("a", value, n if step is None else step)
        for n, value in enumerate(values)
    )
    (record,) = recorder.records()
    return record


def test_few_values_are_recorded_one_by_one() -> None:
    record = recorded(3, 1, 2)
    assert record.points == ((0, 3.0), (1, 1.0), (2, 2.0))
    assert (record.first, record.last, record.min, record.max) == (3, 2, 1, 3)
    assert (record.min_step, record.max_step, record.last_step) == (1, 0, 2)
    assert (record.count, record.total, record.avg) == (3, 6, 2)


@given(st.lists(st.tuples(st.floats(), st.integers(0, 5) | st.none()), min_size=1))
def test_the_first_and_the_last_go_by_step(
    given: list[tuple[float, int | None]],
) -> None:
    recorder = Recorder()
    recorder.add(Scalar("a", value, step) for value, step in given)
    (record,) = recorder.records()
    steps = [step or 0 for _, step in given]
    first = given[steps.index(min(steps))][0]
    last = [value for value, step in given if (step or 0) == max(steps)][-1]
    assert (record.first_step, record.last_step) == (min(steps), max(steps))
    assert repr((record.first, record.last)) == repr((first, last))
    assert record.count == len(given)


def test_what_is_not_a_number_is_no_minimum() -> None:
    nan = float("nan")
    record = recorded(nan, 2, nan, 1)
    assert (record.min, record.min_step) == (1, 3)
    assert (record.max, record.max_step) == (2, 1)


@pytest.mark.parametrize(
    "count", [MOST_POINTS - 1, MOST_POINTS, MOST_POINTS + 1, 3 * MOST_POINTS, 54_321]
)
def test_of_many_some_are_recorded_evenly_with_the_first_and_the_last(
    count: int,
) -> None:
    points = recorded(*map(float, range(count))).points
    assert MOST_POINTS / 3 < len(points) <= MOST_POINTS
    assert points[0] == (0, 0.0)
    assert points[-1] == (count - 1, count - 1.0)
    gaps = {b - a for (a, _), (b, _) in pairwise(points[:-1])}
    assert len(gaps) == 1
    assert all(step == value for step, value in points)


def record_many() -> None:
    recorder = Recorder()
    tracemalloc.start()
    recorder.add(Scalar("a", 0.5, n) for n in range(400_000))


def test_memory_does_not_grow_with_how_many_there_are() -> None:
    assert peak_memory(record_many) < 1 << 20


def test_too_many_names_are_told() -> None:
    recorder = Recorder()
    recorder.add(Scalar(f"n{n}", 1.0, None) for n in range(MOST_NAMES))
    assert recorder.left_out is None
    recorder.add([Scalar("x", 1.0, None), Scalar("y", 1.0, 1), Scalar("n0", 2.0, 1)])
    assert recorder.left_out == "x"
    assert len(recorder.records()) == MOST_NAMES
    assert recorder.records()[0].last == 2
