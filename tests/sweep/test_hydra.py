"""What is handed to Hydra means to Hydra what was written."""

from __future__ import annotations

import itertools
from typing import cast

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sweepflow.sweep import SweepSyntaxError, collect, expand
from tests.sweep.texts import double_quoted, escaped, protected, single_quoted

PARSER = OverridesParser.create()


def _hydra_value(override: str) -> object:
    parsed = PARSER.parse_override(override)
    assert not parsed.is_sweep_override()
    return parsed.value()


def _hydra_runs(overrides: list[str]) -> list[list[str]]:
    """Give the overrides of each run of a `--multirun`."""
    batches = BasicSweeper.split_arguments(PARSER.parse_overrides(overrides), None)
    return batches[0]


@settings(deadline=None)
@given(protected(), st.sampled_from([single_quoted, double_quoted, escaped]))
@example("a\\", single_quoted)
@example("', x'", escaped)
@example('", x"', escaped)
@example("\\'", escaped)
@example('a\\\\"', escaped)
@example("'\\\"x", escaped)
@example("'\\\\\\\"\\", escaped)
@example("true", escaped)
@example("-.5", escaped)
def test_protected_text_stays_that_text(text: str, protect: object) -> None:
    quoted = cast("type[str]", protect)(text)
    for expression in (f"s=x{quoted}", f"s={quoted}''", f"'s='{quoted}"):
        (batch,) = expand(expression)
        expected = f"x{text}" if expression.startswith("s=x") else text
        if expression.startswith("'s") and _is_quoted(text):
            continue  # a whole word in quotes: the shell's, around Hydra's own
        assert _hydra_value(batch[0]) == expected
        assert list(expand(batch[0])) == [batch]
        assert collect(expression) == batch


@settings(deadline=None)
@given(protected(), protected())
def test_each_protected_text_is_one_choice(one: str, other: str) -> None:
    expression = f"s=x{single_quoted(one)},x{single_quoted(other)} t=1,2"
    runs = _hydra_runs(collect(expression))
    assert len(runs) == 4
    texts = [(f"x{text}", number) for text in (one, other) for number in (1, 2)]
    assert [tuple(map(_hydra_value, run)) for run in runs] == texts


@settings(deadline=None)
@given(protected())
def test_protected_text_in_a_group_stays_that_text(text: str) -> None:
    batches = list(expand(f"s=(x{single_quoted(text)},y)_z"))
    assert [_hydra_value(batch[0]) for batch in batches] == [f"x{text}_z", "y_z"]


@settings(deadline=None)
@given(protected(), st.sampled_from("'\""))
def test_a_quoted_value_means_what_it_means_to_hydra(text: str, quote: str) -> None:
    expression = f"s={quote}{text}{quote}"
    if not _is_quoted(expression[2:]) or _is_quoted(text):
        return
    assert list(expand(expression)) == [[expression]]
    assert isinstance(_hydra_value(expression), str)


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("a=1:3:k", [1000, 2000, 3000]),
        ("a=1:3:n", [1e-9, 2e-9, 3e-9]),
        ("a=0:0.3:0.1", [0, 0.1, 0.2, 0.3]),
        ("a=1.0:2.0:1.0", [1.0, 2.0]),
        ("a=log(1e-4:0.1:4)", [0.0001, 0.001, 0.01, 0.1]),
        ("a=2T,5f", [2_000_000_000_000, 5e-15]),
        ("a=(cnn,vit)_(s,l)", ["cnn_s", "cnn_l", "vit_s", "vit_l"]),
        ("a='5m','12:30','a|b'", ["5m", "12:30", "a|b"]),
        ("a=(12,13):30", ["12:30", "13:30"]),
        ("a='\"12:30\"'", ["12:30"]),
        ("a=''", [""]),
        ("a=", [""]),
        ("a=[1, 2],{b: 1k}", [[1, 2], {"b": "1k"}]),
    ],
)
def test_values_load_with_their_type(expression: str, values: list[object]) -> None:
    loaded = [_hydra_value(batch[0]) for batch in expand(expression)]
    assert loaded == values
    assert list(map(type, loaded)) == list(map(type, values))


def test_functions_and_sweeps_of_hydra_are_left_to_it() -> None:
    collected = collect("a=range(1,4) b=choice(x,y) c=sort(3,1,2)")
    runs = _hydra_runs(collected)
    assert len(runs) == 3 * 2 * 3


def test_sections_hold_a_multirun_of_hydra() -> None:
    batches = list(expand("model=s,l|lr=1:3:m seed=1,2"))
    runs = list(itertools.chain.from_iterable(map(_hydra_runs, batches)))
    assert len(runs) == (2 + 3) * 2
    assert runs[0] == ["model=s", "seed=1"]


def _is_quoted(text: str) -> bool:
    """Tell whether Hydra reads `text` as one quoted string."""
    if len(text) < 2 or text[0] not in "'\"":
        return False
    try:
        return collect(f"a={text}") == [f"a={text}"]
    except SweepSyntaxError:
        return False
