"""How an error shows where it happened."""

from __future__ import annotations

import pickle
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepflow.sweep import SweepSyntaxError, expand


def _error(text: str) -> SweepSyntaxError:
    with pytest.raises(SweepSyntaxError) as caught:
        expand(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "pointed_at"),
    [
        ("a=1:3:exp", "exp"),
        ("a=1,2 b=1:2:0 c=1", "0 c=1"),
        ("a=1:2:3:4", "4"),
        ("a=0x10:0x12", "0x10:0x12"),
        ("a=1:0x12", "0x12"),
        ("a=log(1:-2:3)", "-2:3)"),
        ("a=log( 1 : 0 :3)", "0 :3)"),
        ("a=x,(1,2", "(1,2"),
        ("a=[1,(2]", "(2]"),
        ("a=x,'y", "'y"),
        ("a=1 foo b=2", "foo b=2"),
        ("a=1,,2", ",2"),
        ("a=1||2", "|2"),
        ("|a=1", "|a=1"),
        ("a(b=1", "(b=1"),
    ],
)
def test_the_caret_stands_below_what_is_wrong(text: str, pointed_at: str) -> None:
    error = _error(text)
    assert text[error.column :] == pointed_at
    message, line, caret, hint = str(error).split("\n")
    assert message == error.message
    assert line.endswith(pointed_at)
    assert caret.index("^") == line.index(pointed_at)
    assert hint == f"hint: {error.hint}"


def test_only_the_line_with_the_error_is_shown() -> None:
    _, line, caret, _ = str(_error("a=1\n  b=1:3:exp  # no\nc=2")).split("\n")
    assert line == "    b=1:3:exp  # no"
    assert caret.index("^") == line.index("exp")


@pytest.mark.parametrize("before", ["日本", "e\u0301", "\t", "\uff57", "\x1b"])
def test_the_caret_lines_up_in_a_terminal(before: str) -> None:
    _, line, caret, _ = str(_error(f"a='{before}',1:3:exp")).split("\n")
    shown_before = line[: line.index("exp")]
    width = sum(
        0
        if unicodedata.combining(char)
        else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in shown_before
    )
    assert caret.index("^") == width
    assert "\t" not in line
    assert "\x1b" not in line


def test_a_long_line_is_shown_around_the_caret() -> None:
    _, line, caret, _ = str(_error(f"a={'x' * 500},1:3:exp,{'y' * 500}")).split("\n")
    assert len(line) < 110
    assert line[caret.index("^") :].startswith("exp,yyy")
    assert line.startswith("  …xxx")
    assert line.endswith("yyy…")


def test_a_long_value_is_not_repeated_in_full() -> None:
    error = _error(f"a=1:3:{'x' * 500}")
    assert len(error.message) < 80


def test_an_error_survives_pickling() -> None:
    error = _error("a=1:3:exp")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_it_is_a_value_error() -> None:
    assert issubclass(SweepSyntaxError, ValueError)


@settings(deadline=None)
@given(st.text(), st.integers(0, 300))
def test_any_text_and_column_can_be_shown(text: str, column: int) -> None:
    shown = str(SweepSyntaxError("message", text, min(column, len(text)), "hint"))
    message, _, caret, hint = shown.split("\n")
    assert (message, caret.strip(), hint) == ("message", "^", "hint: hint")


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("a=5:1", "write 5:1:-1,"),
        ("a=1:5:-2", "write 1:5:2,"),
        ("a=5:1:2", "write 5:1:-2,"),
        ("a=:-3", "write 0:-3:-1,"),
        ("a=12:10", "or '12:10' for the text"),
        ("foo", "write foo=VALUE"),
    ],
)
def test_the_hint_says_what_to_write(text: str, instead: str) -> None:
    assert instead in _error(text).hint
