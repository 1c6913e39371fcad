r"""`${name}` in values: what they stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError
from sweepflow.operations.flags.assignments import read_assignments, split_words
from sweepflow.operations.flags.references import references, resolve, resolve_flags

PARENT = {"n": 1, "f": 2.5, "b": True, "s": "a b", "z": "1e3", "none": None}


def child(step: str, **scope: object) -> dict[str, object]:
    """Give the flags that a step's text gives to its operation."""
    _, *words = split_words(step)
    return dict(resolve_flags(read_assignments(words), {**PARENT, **scope}))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("step", "value"),
    [
        ("hello msg=${n}", 1),
        ("hello msg=${f}", 2.5),
        ("hello msg=${b}", True),
        ("hello msg=${s}", "a b"),
        ("hello msg=${z}", "1e3"),
        ("hello msg=x${n}", "x1"),
        ("hello msg=${n}0", "10"),
        ("hello msg='${s} again'", "a b again"),
        ("hello msg=${b}/${none}/${f}q", "true/null/2.5q"),
        ('hello msg="a b"', "a b"),
        (r"hello msg=\${lit}", "${lit}"),
        (r"hello msg='\${lit}'", "${lit}"),
        (r'hello msg="\${lit} x"', "${lit} x"),
        (r"hello msg=a\ b", "a b"),
        ("hello msg='x=1 y'", "x=1 y"),
        ("hello msg=${n}${n}", "11"),
    ],
)
def test_a_step_gives_what_its_references_stand_for(step: str, value: object) -> None:
    given = child(step)["msg"]
    assert given == value
    assert type(given) is type(value)


def test_null_leaves_a_flag_out() -> None:
    assert child("hello msg=${none} x=null y=1") == {"y": 1}


def test_lists_and_mappings_are_looked_into() -> None:
    assert resolve(["${n}", {"a": "<${n}>"}], {"n": [1, 2]}) == [
        [1, 2],
        {"a": "<[1, 2]>"},
    ]
    assert references(["${a}", {"x": r"\${b} ${c}-${d}"}, 1]) == ["a", "c", "d"]


def test_references_lead_on() -> None:
    assert child("t msg=${a}", a="<${c}>", c=5) == {"msg": "<5>"}


def test_a_circle_is_refused() -> None:
    with pytest.raises(PlanError, match="a -> c -> a"):
        child("t msg=${a}", a="${c}", c="x${a}")


def test_all_undefined_names_are_told_at_once() -> None:
    with pytest.raises(PlanError) as raised:
        child("t x=${nonee} y=${w} z=${n}")
    assert "x=${nonee}: ${nonee} stands for nothing" in raised.value.message
    assert "did you mean ${none}?" in raised.value.message
    assert "y=${w}: ${w} stands for nothing" in raised.value.message


def test_a_quote_without_its_partner_is_told() -> None:
    with pytest.raises(PlanError, match="partner"):
        split_words("hello msg='a")


def test_words_that_assign_nothing_are_told_together() -> None:
    with pytest.raises(PlanError) as raised:
        read_assignments(["foo", "=1", "x=range[]", "y=1"])
    assert raised.value.message.count("\n") == 2


@given(st.text(st.sampled_from("ab \\'\"$")))
def test_text_without_references_stays_as_it_is(text: str) -> None:
    assert resolve(text, {}) == text
