"""Where a search looks: what texts stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError
from sweepflow.search import (
    Choices,
    Range,
    Search,
    as_words,
    read_dimension,
    read_word,
    split_space,
)
from sweepflow.search.study import Study

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)
WHOLE = st.integers(-(10**9), 10**9)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1:4", Range(1, 4)),
        ("0.0:1", Range(0.0, 1)),
        ("1e-4:0.1", Range(1e-4, 0.1)),
        ("-3:3", Range(-3, 3)),
        ("0:10:2", Range(0, 10, 2)),
        ("0:1:0.25", Range(0, 1, 0.25)),
        ("1k:2k", Range(1000, 2000)),
        ("log(1e-5:0.1)", Range(1e-5, 0.1, log=True)),
        ("log(1:1024)", Range(1, 1024, log=True)),
        ("small,large", Choices(("small", "large"))),
        ("1,2,2,3", Choices(("1", "2", "3"))),
        ("1:3,7", Choices(("1", "2", "3", "7"))),
        ("log(1:100:3)", Choices(("1", "10", "100"))),
        ("(a,b)_c", Choices(("a_c", "b_c"))),
        ("relu", Choices(("relu",))),
        ('"a,b",c', Choices(('"a,b"', "c"))),
    ],
)
def test_a_text_is_a_range_or_choices(text: str, meaning: Range | Choices) -> None:
    assert read_dimension("x", text) == meaning


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("4:1", "holds no number"),
        ("log(0:1)", "has no logarithm"),
        ("0:1:0", "cannot have the step 0"),
        ("1:1e400", "1:1e400"),
        ("-1e308:1e308", "wider than numbers can be"),
    ],
)
def test_what_has_no_meaning_is_told(text: str, problem: str) -> None:
    with pytest.raises((PlanError, ValueError), match=problem.replace("+", r"\+")):
        read_dimension("x", text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("""x="a, b",c  y='d e',f""", ['x="a, b",c', "y='d e',f"]),
        ("x=[1, 2],[3] lr=log(1 : 2)", ["x=[1, 2],[3]", "lr=log(1 : 2)"]),
        ("x=1:2 # y=3\ny=a#b", ["x=1:2", "y=a#b"]),
        ("x='a y=1", ["x='a", "y=1"]),
        ("  ", []),
    ],
)
def test_what_belongs_together_is_one_word(text: str, words: list[str]) -> None:
    assert split_space(text) == words


def test_there_is_something_to_choose() -> None:
    with pytest.raises(PlanError, match="no value to choose"):
        Choices(())


def test_a_suffix_of_the_key_is_for_values_and_not_for_ranges() -> None:
    assert read_word("+x/m=1,2") == ("+x", Choices(("0.001", "0.002")))
    assert read_word("model/size=a,b") == ("model/size", Choices(("a", "b")))
    with pytest.raises(PlanError, match="cannot have the suffix in 'x/m'"):
        read_word("x/m=1:2")


@given(st.tuples(FINITE, FINITE).map(sorted), st.booleans())
def test_a_range_is_written_as_it_is_read(ends: list[float], log: bool) -> None:
    low, high = ends
    one = Range(low, high, log=log and low > 0)
    assert read_dimension("x", str(one)) == one


@given(st.tuples(WHOLE, WHOLE).map(sorted), st.integers(0, 2**32 - 1))
def test_of_whole_ends_come_whole_numbers(ends: list[int], seed: int) -> None:
    low, high = ends
    search = Search(
        space={"x": Range(low, high), "y": Range(float(low), high)},
        metric="m",
        sampler="random",
        seed=seed,
    )
    params = Study(search).ask().params
    assert isinstance(params["x"], int)
    assert low <= params["x"] <= high
    assert isinstance(params["y"], float)
    assert low <= params["y"] <= high


def test_values_are_written_as_configurations_read_them() -> None:
    values = {"a": True, "b": None, "c": 1e-5, "d": 3, "e": "x y"}
    assert as_words(values.items()) == ["a=true", "b=null", "c=1e-05", "d=3", "e=x y"]
