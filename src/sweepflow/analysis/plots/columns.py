"""Columns of a frame as a plot needs them: there, numbers, in order, on a scale."""

from __future__ import annotations

import difflib
import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sweepflow.analysis.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl

    from sweepflow.analysis.plots.plot import Axes

_LEAST_RATIO = 10
"""What the greatest value is of the least, at least, for an axis to be logarithmic."""

_MANY_TICKS = 12


def check(frame: pl.DataFrame, *names: str) -> None:
    """See that a frame has columns, and rows.

    Raises:
        AnalysisError: It lacks one.
    """
    for name in names:
        if name not in frame.columns:
            near = difflib.get_close_matches(name, frame.columns, n=1)
            columns = ", ".join(frame.columns)
            raise AnalysisError(
                f"the frame has no column {name!r}",
                hint=f"did you mean {near[0]!r}?" if near else f"it has {columns}",
            )
    if frame.is_empty():
        raise AnalysisError("there is nothing to plot: the frame has no rows")


def numbers(frame: pl.DataFrame, name: str) -> list[float | None]:
    """Give the numbers in a column; None for what is missing, NaN or endless.

    True counts as 1 and false as 0, so that their mean is the share of true.

    Raises:
        AnalysisError: A value is not a number, or none is there.
    """
    cells: list[Any] = frame[name].to_list()
    for cell in cells:
        if cell is not None and not isinstance(cell, int | float):
            raise AnalysisError(
                f"{name!r} has the value {cell!r}, which is not a number",
                hint="plot a column of numbers, or leave such rows out",
            )
    found = [None if c is None or not math.isfinite(c) else float(c) for c in cells]
    if all(number is None for number in found):
        raise AnalysisError(f"no row has a number in {name!r}")
    return found


def label(frame: pl.DataFrame, name: str, unit: str | None = None) -> str:
    """Give what is written at the axis of a number: its name, and its unit."""
    import polars as pl

    if not unit and frame.schema[name] == pl.Boolean:
        unit = "share of true"
    return f"{name} ({unit})" if unit else name


def is_number(value: object) -> bool:
    """Say whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def ordered(values: Iterable[Any]) -> list[Any]:
    """Give the values that there are, each once: numbers by size, others by text."""
    there = {v for v in values if v is not None and not is_nan(v)}
    if all(is_number(value) for value in there):
        return sorted(there)
    return sorted(there, key=str)


def is_nan(value: object) -> bool:
    """Say whether a value is a number that is none."""
    return isinstance(value, float) and math.isnan(value)


def text(value: object) -> str:
    """Give a value as people read it."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return "none" if value is None else str(value).replace("\n", " ")


def short(value: float) -> str:
    """Give a number of three digits, or all those before its point, such as 1024."""
    return f"{value:.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"


def spreads_by_ratio(values: Sequence[float]) -> bool:
    """Say whether values are spread more evenly by their ratios than by differences.

    Args:
        values: Different ones, ascending.
    """
    if len(values) < 3 or values[0] <= 0 or values[-1] < _LEAST_RATIO * values[0]:
        return False
    return _unevenness([math.log(value) for value in values]) < _unevenness(values)


def _unevenness(values: Sequence[float]) -> float:
    """Give how much the gaps between values differ: their deviation by their mean."""
    gaps = [high - low for low, high in pairwise(values)]
    mean = sum(gaps) / len(gaps)
    return math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) / mean


class Scale:
    """Where the values of a setting stand on an axis.

    Numbers stand where they belong; what is something else, side by side.

    Args:
        values: All that the setting has.
        log: Whether the axis is logarithmic; None where its values decide.
    """

    def __init__(self, values: Iterable[Any], *, log: bool | None = None) -> None:
        self.values = ordered(values)
        self.is_numeric = all(is_number(value) for value in self.values)
        decided = self.is_numeric and spreads_by_ratio(self.values)
        self.is_log = decided if log is None else log
        if self.is_log and not (self.is_numeric and self.values[0] > 0):
            raise AnalysisError(
                f"an axis with {text(self.values[0])} on it cannot be logarithmic",
                hint="leave log out",
            )
        self._places = {value: place for place, value in enumerate(self.values)}

    def place(self, value: Any) -> float:  # noqa: ANN401 - whatever is in a frame
        """Give the coordinate of a value."""
        return float(value) if self.is_numeric else float(self._places[value])

    def set_up(self, axes: Axes) -> None:
        """Make the x axis of a plot such a scale."""
        from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

        few = len(self.values) <= _MANY_TICKS
        if self.is_log:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(FuncFormatter(_tick))
            if few:
                axes.xaxis.set_minor_locator(NullLocator())
        if self.is_numeric:
            if few:
                axes.xaxis.set_major_locator(FixedLocator(self.values))
                axes.xaxis.set_major_formatter(FuncFormatter(_tick))
            labels = [short(value) for value in self.values] if few else []
        else:
            labels = [text(value) for value in self.values]
            axes.set_xticks(range(len(labels)), labels)
            axes.set_xlim(-0.5, len(labels) - 0.5)
        if sum(map(len, labels)) > 36:  # side by side they would overlap
            axes.tick_params("x", labelrotation=35)
            for label in axes.get_xticklabels():
                label.set_horizontalalignment("right")


def _tick(value: float, _place: int) -> str:
    return short(value)
