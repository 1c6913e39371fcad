"""Size: refused before anything is expanded, and constant memory."""

from __future__ import annotations

import itertools
import time
import tracemalloc

import pytest

from sweepflow.sweep import DEFAULT_LIMIT, SweepSyntaxError, collect, count, expand
from tests.memory import peak_memory

HUGE = [
    ("a=1:1000000000000", 10**12),
    ("a=(1:1000000)(1:1000000)", 10**12),
    ("a=((1:1000)(1:1000),x)(1:10)", 10**7 + 10),
    ("a=log(1:10:1000000000)", 10**9),
    ("a/k=(1:1000000)(1:1000000)", 10**12),
    ("a=1:2000 b=1:2000", 4 * 10**6),
    (" ".join(f"k{i}=1,2" for i in range(400)), 2**400),
    ("a=0:1e300", 10**300 + 1),
]


@pytest.mark.parametrize(("text", "number"), HUGE)
def test_a_huge_grid_is_counted_and_refused_at_once(text: str, number: int) -> None:
    start = time.perf_counter()
    assert count(text) == number
    with pytest.raises(SweepSyntaxError, match="more than the limit") as caught:
        expand(text)
    assert time.perf_counter() - start < 5  # on a machine that is busy
    assert "--limit N" in caught.value.hint
    assert "limit=N" in caught.value.hint


@pytest.mark.parametrize("text", [text for text, _ in HUGE if " " not in text])
def test_a_huge_list_of_values_is_refused_at_once(text: str) -> None:
    with pytest.raises(SweepSyntaxError, match="more than the limit"):
        collect(text)


def test_the_limit_is_what_is_still_allowed() -> None:
    assert sum(1 for _ in expand("a=1:10 b=1:10", limit=100)) == 100
    with pytest.raises(SweepSyntaxError, match="100 batches are more than the limit"):
        expand("a=1:10 b=1:10", limit=99)
    with pytest.raises(SweepSyntaxError, match="101 values are more than the limit"):
        expand("a=1:101", limit=100)
    assert DEFAULT_LIMIT == 1_000_000


def test_a_section_counts_with_all_its_values() -> None:
    assert count("a=1:10|11:20 b=1,2") == 4
    with pytest.raises(SweepSyntaxError, match="20 values are more than the limit"):
        expand("a=1:10|11:20", limit=19)


def test_the_error_points_at_the_word_that_is_too_much() -> None:
    with pytest.raises(SweepSyntaxError) as caught:
        expand("a=1:10 b=1:10 c=1:10", limit=50)
    assert caught.value.column == len("a=1:10 ")


def test_without_a_limit_anything_begins() -> None:
    batches = expand("a=1:1e300 b=1,2", limit=None)
    first = [["a=1", "b=1"], ["a=1", "b=2"], ["a=2", "b=1"]]
    assert list(itertools.islice(batches, 3)) == first


def test_errors_are_raised_at_the_call() -> None:
    with pytest.raises(SweepSyntaxError):
        expand("a=1,2 b=1:2:0")


@pytest.mark.parametrize(
    "text",
    ["a=1:1000000", "a=1:100 b=1:10000", "a=1:40000 b=1:25", "a=(1:1000000)k"],
)
def test_memory_does_not_grow_with_the_number_of_batches(text: str) -> None:
    assert peak_memory(expand_much, text) < 3_000_000


def expand_much(text: str) -> None:
    tracemalloc.start()
    for _ in itertools.islice(expand(text), 30_000):
        pass


def test_a_long_axis_gives_the_same_as_a_short_one() -> None:
    text = "a=1,2 b=1:10001 c=x,y"
    expected = itertools.product(("1", "2"), range(1, 10_002), ("x", "y"))
    for batch, (a, b, c) in zip(expand(text), expected, strict=True):
        assert batch == [f"a={a}", f"b={b}", f"c={c}"]
