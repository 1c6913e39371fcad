"""Which runs a filter lets pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.operations.filters import FilterError, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.store.records import Json

NOW = datetime(2026, 5, 13, 14, 30, 45)  # noqa: DTZ001


@dataclass
class Run:
    attributes: Mapping[str, Json]
    flags: Mapping[str, Json] = field(default_factory=dict[str, "Json"])
    scalars: Mapping[str, float] = field(default_factory=dict[str, float])

    def attribute(self, name: str) -> Json:
        return self.attributes.get(name)

    def scalar(self, name: str) -> float | None:
        return self.scalars.get(name)


RUN = Run(
    {
        "op": "t",
        "operation": "m:t",
        "status": "completed",
        "label": "a lab",
        "tags": ["tt", "uu"],
        "started": datetime(2026, 5, 13, 10, 0, 30).timestamp(),  # noqa: DTZ001
        "duration": 90.0,
        "marked": True,
    },
    {
        "x": 2.0,
        "lr": 0.05,
        "s": "Foo",
        "b": True,
        "n": None,
        "st": "5",
        "i": 5,
        "op": "flagop",
        "operation:prep": "abc",
        "l": [1, "a"],
        "w": "yes",
    },
    {"loss": 1.5, "x": 9.0, "train#acc": 0.5},
)


def passes(text: str) -> bool:
    return parse(text, NOW)(RUN)


@pytest.mark.parametrize(
    "text",
    [
        *("lr < 0.1 and status = completed", "x = 2", "x=2.0", "x is 2", "x <> 3"),
        *("b = true", "b = yes", "w = yes", "st = '5'", "x <= 2", "x >= -1"),
        *("lr = 5e-2", "x = .2e1", "i = 5.", "i = +5", "s = Foo", "loss < 2"),
        *("n is undefined", "nope is undefined", "x is not undefined"),
        *("not nope < 3", "nope != 3", "st != 5", "i != '5'", "s != foo"),
        *("s contains FO", "tags contains tt", "label contains lab", "tag = uu"),
        *("label not contains zz", "x in [1,2]", "status in [completed, error]"),
        *("flag:op = flagop", "attr:op = t", "scalar:x = 9", "op = t", "l = [1, a]"),
        *("operation:prep = abc", "train#acc = 0.5", "label = 'a lab'", "'x' = 2"),
        *("op=t or op=z and x=3", "x=3 and op=z or op=t", "not (x=3 and op=z)"),
        *("x = 2 AND Status is undefined", "not not x=2", "((x=2))", "x not in [3]"),
        *("op:t", "op:m:t", "label:'a l'", "label:lab", "tag:tt and status:completed"),
        *("not tag:t", "marked = yes", "x=2\nand\n x=2", "tag != nope"),
        *("duration > 1m", "duration <= 1m30s", "time is undefined", "duration < 100"),
        *("duration = 0:01:30", "started = today", "started >= 10:00"),
        *("started < '11:00'", "started > yesterday", "started >= 2026-05-13"),
        *("started = 'last 5 hours'", "started != 'last 4 hours'", "started = 10:00"),
    ],
)  # fmt: skip
def test_what_passes(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        *("st = 5", "i = '5'", "s = foo", "nope < 3", "s < 3", "tags contains t"),
        *("x = [2, 3]", "x in [1, 3]", "x not in [2]", "x != 2", "tag != tt"),
        *("not x=3 and op=z", "n < 1", "label contains zz", "x is undefined"),
        *("n contains None", "op:m", "tag:t", "status:complete", "stopped < today"),
        *("started < today", "started = yesterday", "stopped = today", "marked = no"),
    ],
)
def test_what_does_not(text: str) -> None:
    assert not passes(text)


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("x = ", 4, "expected a value, not the end"),
        ("x == 2", 3, "expected a value, not '='"),
        ("and", 0, "expected the name"),
        ("(x=2", 4, "expected ')'"),
        ("x=2)", 3, "expected 'and', 'or' or the end, not ')'"),
        ("label = a lab", 10, "not 'lab'"),
        ("x", 1, "expected =, !=, <"),
        ("x > 1 > 0", 6, "not '>'"),
        ("x = 'a", 4, 'unexpected "\'"'),
        ("s in foo", 5, "expected a list, not 'foo'"),
        ("x in [1 2]", 8, "expected ',' or ']'"),
        ("2 = x", 0, "expected the name"),
        ("x ! 2", 2, "unexpected '!'"),
        ("started > soon", 10, "'soon' is no time"),
        ("", 0, "not the end"),
        ("(" * 2000, 50, "at most 50 parentheses"),
        ("x not 3", 2, "expected =, !=, <"),
        ("op:", 3, "expected =, !=, <"),
    ],
)
def test_what_has_no_meaning_is_told_with_its_column(
    text: str, column: int, part: str
) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert part in caught.value.message
    assert caught.value.column == column
    assert f"column {column + 1}: " in caught.value.message
    assert caught.value.hint


@given(st.text("x=2()[]'\"<>!, :andortisc5.\n", max_size=30) | st.text(max_size=10))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    try:
        test = parse(text, NOW)
    except FilterError as error:
        column = error.column
    else:
        assert test(RUN) in {True, False}
        column = 0
    assert 0 <= column <= len(text)


@given(st.floats(allow_nan=False), st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
def test_numbers_compare_as_numbers(number: float, sign: str) -> None:
    python = {"=": "=="}.get(sign, sign)
    expected = eval(f"0.05 {python} {number!r}", {"inf": float("inf")})  # noqa: S307
    if "inf" not in repr(number):
        assert passes(f"lr {sign} {number!r}") is expected
