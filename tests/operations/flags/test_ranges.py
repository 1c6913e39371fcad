"""Ranges to search in, as Guild writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError
from sweepflow.operations.flags.ranges import read_range
from sweepflow.search import Range

WHOLE = st.integers(-(10**15), 10**15)
FRACTION = st.floats(-1e300, 1e300)
ABOVE_ZERO = st.floats(1e-300, 1e300)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[1:10]", Range(1, 10)),
        ("[1:10:3]", Range(1, 10, first=3)),
        (" [ -1 : 10 ] ", Range(-1, 10)),
        ("uniform[1:10]", Range(1, 10)),
        ("uniform[0.1:10:3]", Range(0.1, 10.0, first=3.0)),
        ("[0:1:0.5]", Range(0.0, 1.0, first=0.5)),
        ("[1e-4:1e-1]", Range(1e-4, 0.1)),
        ("loguniform[1e-4:0.1]", Range(1e-4, 0.1, log=True)),
        ("loguniform[1e-4:0.1:0.01]", Range(1e-4, 0.1, log=True, first=0.01)),
        ("loguniform[1:100]", Range(1.0, 100.0, log=True)),
    ],
)
def test_what_a_range_means(text: str, meant: Range) -> None:
    assert repr(read_range(text)) == repr(meant)


@pytest.mark.parametrize(
    ("kind", "text", "meant"),
    [
        ("float", "[0:1]", Range(0.0, 1.0)),
        ("float", "[0:3:1]", Range(0.0, 3.0, first=1.0)),
        ("int", "[0:1]", Range(0, 1)),
        ("int", "loguniform[1:100]", Range(1, 100, log=True)),
        ("number", "[0:1]", Range(0, 1)),
        ("string", "[0:1]", Range(0, 1)),
        ("string", "uniform[0:1]", None),
    ],
)
def test_the_type_of_the_flag_counts(kind: str, text: str, meant: Range | None) -> None:
    assert repr(read_range(text, kind)) == repr(meant)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "1",
            "1:10",
            "[1,2]",
            "[a:b]",
            "[1:b]",
            "['1:2']",
            "[]",
            "[:]",
            "[1:2]*3",
        ),
        *("{a: [1:2]}", "range[1:10]", "logspace[1:2]", "foo[0:1]", "x uniform[0:1]"),
    ],
)
def test_what_is_no_range(text: str) -> None:
    assert read_range(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[10:1]", "holds no number"),
        ("[1:10:11]", "not in the range"),
        ("[1:2:3:4]", "is no range"),
        ("uniform[]", "is no range"),
        ("uniform[1]", "is no range"),
        ("uniform[a:b]", "is no range"),
        ("loguniform[0:1]", "no logarithm"),
        ("[0:inf]", "no end"),
        ("[nan:1]", "no end"),
        (f"[0.5:1{'0' * 400}]", "too large"),
        ("normal[0:1]", "no normal distributions"),
        ("lognormal[0:1]", "no normal distributions"),
    ],
)
def test_what_was_meant_as_a_range_and_is_none(text: str, told: str) -> None:
    with pytest.raises(PlanError, match=told) as raised:
        read_range(text)
    assert text in raised.value.message
    assert raised.value.hint


@given(st.lists(WHOLE, min_size=2, max_size=3).map(sorted))
def test_whole_numbers_stay_whole(numbers: list[int]) -> None:
    low, high = numbers[0], numbers[-1]
    first = numbers[1] if numbers[2:] else None
    said = [low, high, *numbers[1:2]] if numbers[2:] else [low, high]
    read = read_range(f"[{':'.join(map(repr, said))}]")
    assert repr(read) == repr(Range(low, high, first=first))


@given(st.lists(FRACTION, min_size=2, max_size=2).map(sorted))
def test_fractions_are_read_exactly(numbers: list[float]) -> None:
    low, high = numbers
    read = read_range(f"uniform[{low!r}:{high!r}]")
    assert repr(read) == repr(Range(low, high))


@given(st.lists(ABOVE_ZERO, min_size=3, max_size=3).map(sorted))
def test_logarithms_too(numbers: list[float]) -> None:
    low, first, high = numbers
    read = read_range(f"loguniform[{low!r}:{high!r}:{first!r}]")
    assert read == Range(low, high, log=True, first=first)


@given(st.text("[]:0123456789.-eunifomlg ", max_size=30))
def test_any_text_is_a_range_or_not_or_is_refused(text: str) -> None:
    try:
        read = read_range(text)
    except PlanError:
        return
    assert read is None or read.low <= read.high
