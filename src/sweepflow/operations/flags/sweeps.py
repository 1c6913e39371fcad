"""Sweep expressions as values of a flag: `log(1e-4:0.1:5)`, `1:3`, `a,b`."""

from __future__ import annotations

from typing import Final

from sweepflow.errors import PlanError
from sweepflow.sweep import DEFAULT_LIMIT, Sweep, SweepSyntaxError
from sweepflow.sweep.range_syntax import has_range_shape

_KEY: Final = "x="
_MARKS: Final = frozenset(",:(")


def may_sweep(text: str) -> bool:
    """Tell whether `text` looks like several values; text with blanks does not."""
    return (
        not _MARKS.isdisjoint(text)
        and "|" not in text
        and not any(char.isspace() for char in text)
    )


def read_sweep(text: str) -> list[str] | None:
    """Give the values that a sweep expression stands for; None if it is just text.

    Raises:
        PlanError: It is a range without a meaning, or has too many values.
    """
    meant = text.startswith("log(") or any(map(has_range_shape, text.split(",")))
    try:
        sweep = Sweep.parse_word(_KEY + text)
    except SweepSyntaxError as error:
        if meant:
            raise PlanError(f"{text}: {error.message}", hint=error.hint) from None
        return None
    if sweep.count == 1 and not meant:
        return None
    if sweep.count > DEFAULT_LIMIT:
        raise PlanError(
            f"{text}: {sweep.count:,} values are more than {DEFAULT_LIMIT:,}",
            hint="write fewer values",
        )
    return [batch[0].removeprefix(_KEY) for batch in sweep.expand()]
