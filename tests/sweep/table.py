"""Tables of expressions with what they expand to, and how results are compared."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

from sweepflow.sweep import collect, expand


@dataclass(frozen=True)
class Case:
    expression: str
    mode: str
    expect: list[list[str]] | list[str] | dict[str, str]

    def result(self) -> list[list[str]]:
        """Expand the expression; an `all` gives one batch."""
        if self.mode == "each":
            return list(expand(self.expression))
        return [collect(self.expression)]

    def check(self, result: list[list[str]]) -> None:
        """Assert that `result` is what is expected, as numbers if not as text."""
        assert not isinstance(self.expect, dict), result
        expected = cast(
            "list[list[str]]", self.expect if self.mode == "each" else [self.expect]
        )
        assert [len(batch) for batch in result] == [len(batch) for batch in expected]
        for batch, expected_batch in zip(result, expected, strict=True):
            for override, expected_override in zip(batch, expected_batch, strict=True):
                self._check_override(override, expected_override)

    def _check_override(self, got: str, expected: str) -> None:
        if got == expected:
            return
        key, _, values = got.partition("=")
        expected_key, _, expected_values = expected.partition("=")
        assert key == expected_key
        for value, expected_value in zip(
            values.split(","), expected_values.split(","), strict=True
        ):
            self._check_value(value, expected_value)

    def _check_value(self, got: str, expected: str) -> None:
        if got == expected:
            return
        tolerance = 1e-5 if "log(" in self.expression else 0
        assert math.isclose(Fraction(got), Fraction(expected), rel_tol=tolerance)
        if expected.lstrip("-").isdigit() and "." not in self.expression:
            assert got.lstrip("-").isdigit()


def load(name: str) -> list[Case]:
    """Give the cases of a file of this folder, one JSON object a line."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [Case(**json.loads(line)) for line in text.splitlines()]
