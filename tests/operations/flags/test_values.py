"""What a user writes for a flag, as a value, and back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError
from sweepflow.operations.flags.values import format_value, parse_value

if TYPE_CHECKING:
    from sweepflow.operations.flags.model import Value


def same(one: Value, other: Value) -> bool:
    """Tell whether two values are equal, type by type."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(
            same(one[key], other[key]) for key in one
        )
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        *[(word, True) for word in ("yes", "true", "True", "on", "YES")],
        *[(word, False) for word in ("no", "false", "off", "No")],
        *[(word, None) for word in ("null", "~", "Null")],
        *[(word, word) for word in ("y", "n", "none", "NULLs")],
        *[("1", 1), ("01", 1), ("-1", -1), ("+1", 1), ("0x10", 16), ("1 ", 1)],
        *[("1.0", 1.0), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000.0)],
        *[("1e-3", 0.001), ("1E5", 1e5), ("inf", math.inf), ("-.inf", -math.inf)],
        ("nan", math.nan),
        *[("1_000", "1_000"), ("0o7", "0o7"), ("2020-01-01", "2020-01-01")],
        *[('"1"', "1"), ("'1'", "1"), ("'a b'", "a b"), (r'"a\tb"', "a\tb")],
        *[("''", ""), ("'it''s'", "it's"), ("it's", "it's"), ("'a", "'a")],
        *[("[1,2]", [1, 2]), ("[a, b]", ["a", "b"]), ("[1,[2,3]]", [1, [2, 3]])],
        *[("[]", []), ("['1',1e3,yes]", ["1", 1000.0, True]), ("[1", "[1")],
        ("[1:20, 1_0]", ["1:20", "1_0"]),
        *[("{a: 1}", {"a": 1}), ("{a: [x], b: }", {"a": ["x"], "b": None})],
        *[("a: b", "a: b"), ("a # c", "a # c"), ("#x", "#x"), ("- a", "- a")],
        *[("a, b", "a, b"), ("a=b", "a=b"), ("x[1]", "x[1]"), ("*x", "*x")],
        *[("http://host:80/x", "http://host:80/x"), ("${x}", "${x}")],
        *[("f(x)", "f(x)"), ("&a [*a]", "&a [*a]"), ("[&a x, *a]", "[&a x, *a]")],
        ("a\nb", "a\nb"),
        ("[" * 3000, "[" * 3000),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_the_text_decides_the_type(text: str, value: Value) -> None:
    assert same(parse_value(text), value)


@pytest.mark.parametrize(
    ("text", "flag_type", "value"),
    [
        *[(text, "string", text) for text in ("1", "yes", "1e3", "null", "1:3", "a,b")],
        *[(text, "path", text) for text in ("1", " a ", "{a}", "range[3]", "~")],
        ("'1'", "string", "1"),
        ("[1,1.0,a]", "string", ["1", "1.0", "a"]),
        *[("1", "float", 1.0), ("[1,2]", "float", [1.0, 2.0]), ("x", "float", "x")],
        *[("1", "int", 1), ("1.0", "int", 1.0), ("x", "int", "x")],
        *[("1", "number", 1), ("1.0", "number", 1.0)],
        *[("0", "boolean", False), ("2.5", "boolean", True), ("no", "boolean", False)],
        ("maybe", "boolean", "maybe"),
        ("1", "auto", 1),
    ],
)
def test_a_type_has_its_own_values(text: str, flag_type: str, value: Value) -> None:
    assert same(parse_value(text, flag_type), value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("range[0:0.3:0.1]", [0.0, 0.1, 0.2, 0.3]),
        ("range[3]", [0, 1, 2]),
        ("range[3.5]", [0.0, 1.0, 2.0, 3.0]),
        ("range[1:3]", [1, 2, 3]),
        ("range[5:1:-2]", [5, 3, 1]),
        ("range[0:3:2]", [0, 2]),
        ("range[1:4:1.5]", [1.0, 2.5, 4.0]),
        ("range[0:1:0.4]", [0.0, 0.4, 0.8]),
        ("range[3:1]", []),
        ("range[0]", []),
        ("linspace[1:5]", [1.0, 2.0, 3.0, 4.0, 5.0]),
        ("linspace[0:1:4]", [0.0, 0.33333333, 0.66666667, 1.0]),
        ("linspace[1:2:1]", [1.0]),
        ("linspace[1:2:0]", []),
        ("linspace[0:1e-9:3]", [0.0, 5e-10, 1e-9]),
        ("logspace[0:2]", [1.0, 3.16227766, 10.0, 31.6227766, 100.0]),
        ("logspace[0:2:3:2]", [1.0, 2.0, 4.0]),
        ("logspace[-4:-1:2]", [0.0001, 0.1]),
        ("[1]*3", [1, 1, 1]),
        ("[a,b]*2", ["a", "b", "a", "b"]),
        ("[1]*0", []),
        ("1:3", [1, 2, 3]),
        ("1,2.5,a", [1, 2.5, "a"]),
        ("log(1:100:3)", [1, 10, 100]),
        ("(a,b)_x", ["a_x", "b_x"]),
        ("[1],[2,3]", [[1], [2, 3]]),
        ("'1',1", ["1", 1]),
        ("1:1", [1]),
    ],
)
def test_several_values_make_a_list(text: str, values: list[Value]) -> None:
    assert same(parse_value(text), values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("range[]", "numbers"),
        ("range[a:b]", "numbers"),
        ("range[0:1:0]", "step is 0"),
        ("range[1:2:3:4]", "4 numbers"),
        ("range[0:inf]", "finite"),
        ("range[0:1e9:1e-9]", "limit"),
        ("linspace[1]", "1 numbers"),
        ("linspace[1:2:0.5]", "count"),
        ("logspace[0:1e6]", "finite"),
        ("geomspace[1:10]", "geomspace"),
        ("[1:10]", "nothing is searched"),
        ("[1e-4:0.1:0.01]", "nothing is searched"),
        ("uniform[1:2]", "nothing is searched"),
        ("3:1", "away from"),
        ("log(0:1:3)", "above zero"),
        ("1:10000000", "more than"),
    ],
)
def test_what_was_meant_as_several_values_is_not_taken_as_text(
    text: str, told: str
) -> None:
    with pytest.raises(PlanError, match=told) as raised:
        parse_value(text)
    assert text in raised.value.message
    assert raised.value.hint


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text(st.sampled_from("a1 .:,'\"[]{}()|#\\-+eyes\n\u2028"))
    | st.sampled_from(["yes", "1e3", "1:3", "range[3]", "[1:2]", "a,b", "~", "[1]*2"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(values)
def test_any_value_is_read_as_it_was_written(value: Value) -> None:
    assert same(parse_value(format_value(value)), value)


@given(st.text() | st.text(st.sampled_from("a1 .:,'\"[]{}\\")))
def test_a_text_is_read_as_it_was_written_whatever_the_type(value: str) -> None:
    assert parse_value(format_value(value), "string") == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[
            (True, "yes"),
            (False, "no"),
            (None, "null"),
            (1.0, "1.0"),
            (1000.0, "1000.0"),
        ],
        *[("a b", "a b"), ("1", "'1'"), ("it's", "it's"), ("", "''"), ("1:3", "'1:3'")],
        *[([1, "a", "a,b"], "[1, a, 'a,b']"), ({"b": None}, "{b: null}")],
    ],
)
def test_a_value_is_written_as_people_would(value: Value, text: str) -> None:
    assert format_value(value) == text
