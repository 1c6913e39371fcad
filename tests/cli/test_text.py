"""Tables, as a pipe gets them; `test_terminal` has what a terminal does."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.cli import text

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = [("1", "train", ""), ("12", "\N{TROPHY} x", "é"), ("3", "", "long " * 40)]


def test_json_is_what_everything_reads(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"a": [1.5, math.nan, (math.inf,)], "b": {"c": -math.inf, "d": "nan"}}
    text.print_json(data)
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert found == {"a": [1.5, None, [None]], "b": {"c": None, "d": "nan"}}


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    text.print_table(("n", "task", "note"), ROWS)
    assert capsys.readouterr().out.splitlines() == [
        "n   task   note",
        "1   train",
        "12  \N{TROPHY} x   é",  # as wide as two letters
        "3          " + ("long " * 40).rstrip(),
    ]


def test_what_is_too_wide_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    text.print_table(("n", "task", "note"), ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "\x1b[1mn   task   note\x1b[0m"
    assert lines[3] == "3          long long long lon…"
    assert len(lines[3]) == 30


@given(
    st.lists(st.integers(0, 300), min_size=1, max_size=8),
    st.integers(1, 200),
)
def test_the_widest_columns_give_way(widths: Sequence[int], room: int) -> None:
    fitted = text._fitted(widths, room)  # pyright: ignore[reportPrivateUsage]
    needed = sum(fitted) + 2 * (len(widths) - 1)
    assert needed <= room or max(fitted) <= 1
    assert all(new <= old for new, old in zip(fitted, widths, strict=True))
    if sum(widths) + 2 * (len(widths) - 1) > room:
        assert needed == room or max(fitted) <= 1
        cut = [new for new, old in zip(fitted, widths, strict=True) if new < old]
        assert max(cut, default=0) - min(cut, default=0) <= 1
    else:
        assert fitted == list(widths)
