"""Which numbers a line holds: the default form, and patterns of a project's own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.scalars import compiled
from sweepflow.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Config = Sequence[str | Mapping[str, str]] | None


def numbers(line: str, config: Config = None) -> dict[str, float]:
    return compiled(config).numbers(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("loss: 1.5", {"loss": 1.5}),
        ("loss: 1e-3", {"loss": 0.001}),
        ("loss: .5", {"loss": 0.5}),
        ("loss: 1.", {"loss": 1.0}),
        ("loss:\t7", {"loss": 7.0}),
        ("a=b: 3", {"a=b": 3.0}),
        ("12:30: 5", {"12:30": 5.0}),
        ("loss: 1.5e+20", {"loss": 1.5e20}),
        ("loss: -inf (step 3)", {"loss": -math.inf, "step": 3.0}),
        ("loss: nan", {"loss": pytest.approx(math.nan, nan_ok=True)}),
        ("loss: 1 (step 3)", {"loss": 1.0, "step": 3.0}),
        ("loss: 1 (3)", {"loss": 1.0, "step": 3.0}),
        ("loss:  7 (step  9)", {"loss": 7.0, "step": 9.0}),
        ("foo loss: 2 (step 9)", {"step": 9.0}),
        ("loss: 1 (abc)", {"loss": 1.0}),
        ("loss: 1 (step 1.5)", {"loss": 1.0}),
        ("loss: 2 (3) (4)", {"loss": 2.0}),
        ("step: 2.7", {"step": 2.7}),
        *((line, {}) for line in ("  loss: 1", "\tloss: 6", "loss:1", "a: b: 2")),
        *((line, {}) for line in ("x y: 3", "loss: 1E3", "loss: +1", "x: info")),
        *((line, {}) for line in ("loss: 1.5 foo", "loss: 1-2", "loss: -", "")),
    ],
)
def test_the_default_form_is_a_name_and_a_number(
    line: str, expected: dict[str, float]
) -> None:
    assert numbers(line) == expected


@pytest.mark.parametrize(
    ("config", "line", "expected"),
    [
        ([{"loss": r"loss=(\S+)"}], "loss=2 loss=3", {"loss": 3.0}),
        ([{"loss": r"loss=(\S+)"}], "loss=nope", {}),
        ([{"a": r"a=(\S+)", "step": r"s (\d+)"}], "s 4 a=1e3", {"a": 1e3, "step": 4}),
        ([{"a": r"a=(\S+)"}, {"a": r"A=(\S+)"}], "A=5", {"a": 5.0}),
        ([r"(\key)=(\value)"], "a=1 b=2", {"a": 1.0, "b": 2.0}),
        ([r"(?P<loss>\d+)|(?P<acc>x)"], "5 x", {"loss": 5.0}),
        ([r"(?P<_key>\w+)=(?P<_val>\S+)"], "a=1 b=zz", {"a": 1.0}),
        ([{"x": r"(\w+) (\d+)"}, r"(?P<z>\d+)"], "y 5", {"y": 5.0, "z": 5.0}),
        ([{"b": r"(?P<x>2)", "a": r"(?P<x>1)"}], "1 2", {"x": 2.0}),
        ([{"x": r"at (\step)"}], "at 12", {"x": 12.0}),
        ([], "loss: 1", {}),
    ],
)
def test_patterns_name_numbers(
    config: Config, line: str, expected: dict[str, float]
) -> None:
    assert numbers(line, config) == expected


@pytest.mark.parametrize(
    ("config", "part"),
    [
        ([{"a": "("}], "is no regular expression"),
        ([{"a": "loss"}], "has no groups"),
        ([{"a": "(1)(2)(3)"}], "has 3 groups"),
        ([r"(\d+)"], "gives its number no name"),
    ],
)
def test_a_pattern_that_can_give_nothing_is_refused(config: Config, part: str) -> None:
    with pytest.raises(ProjectError, match=part) as caught:
        compiled(config)
    assert caught.value.hint
