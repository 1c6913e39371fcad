"""Many settings and results at once: an axis for each, a line for each run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.plots.columns import Scale, check, is_nan, numbers, short, text
from sweepflow.analysis.plots.plot import COLOUR_MAP, Plot, new_figure, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from sweepflow.analysis.plots.plot import Axes

_MOST_TICKS = 12


def plot_parallel_coordinates(
    frame: pl.DataFrame,
    columns: Sequence[str],
    color: str,
    *,
    title: str | None = None,
) -> Plot:
    """Plot each row as a line over parallel axes, coloured by a number.

    Rows in which a value is missing are left out.

    Args:
        frame: A row per run.
        columns: An axis each, from left to right; two or more.
        color: The column of the number that colours the lines.
        title: Above the plot.

    Raises:
        AnalysisError: A column is missing, fewer than two are given, the colour is no
            number, or no row has a value in all columns.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import LineCollection
    from matplotlib.colors import Normalize

    check(frame, *columns, color)
    if len(columns) < 2:
        raise AnalysisError("parallel coordinates need two columns or more")
    shades = numbers(frame, color)
    rows = [
        (row, shade)
        for row, shade in zip(frame.select(columns).rows(), shades, strict=True)
        if shade is not None and not any(c is None or is_nan(c) for c in row)
    ]
    if not rows:
        raise AnalysisError(f"no row has a value in all of {', '.join(columns)}")
    axis = [_Axis([row[i] for row, _ in rows]) for i in range(len(columns))]
    rows.sort(key=lambda each: each[1])  # the greatest are drawn last, on top
    lines = [
        [(i, axis[i].height(cell)) for i, cell in enumerate(row)] for row, _ in rows
    ]
    with style():
        figure = new_figure(2 + 1.7 * len(columns), 4.2)
        axes = figure.subplots()
        values = [shade for _, shade in rows]
        norm = Normalize(min(values), max(values))
        drawn = LineCollection(
            lines,
            cmap=COLOUR_MAP,
            norm=norm,
            array=values,
            linewidths=1.4 if len(rows) < 200 else 0.7,
            alpha=0.75,
        )
        axes.add_collection(drawn)
        axes.set_xlim(-0.15, len(columns) - 0.6)
        axes.set_ylim(-0.03, 1.03)
        _frame(axes, axis, columns)
        bar = figure.colorbar(ScalarMappable(norm, COLOUR_MAP), ax=axes, pad=0.02)
        bar.set_label(color)
        if title:
            figure.suptitle(title)
    return Plot(figure, title or f"{color} by {', '.join(columns)}")


class _Axis:
    """One of the axes: where its values stand, from 0 at the bottom to 1."""

    def __init__(self, values: Sequence[object]) -> None:
        self._scale = Scale(values)
        ends = [self._raw(self._scale.values[i]) for i in (0, -1)]
        self._low, self._span = ends[0], ends[1] - ends[0]

    def ticks(self) -> list[tuple[float, str]]:
        """Give heights and texts."""
        values = self._scale.values
        if len(values) <= _MOST_TICKS or not self._scale.is_numeric:
            step = -(-len(values) // (3 * _MOST_TICKS))
            return [(self.height(value), text(value)) for value in values[::step]]
        heights = [n / 4 for n in range(5)]
        return [(height, short(self._at(height))) for height in heights]

    def height(self, value: object) -> float:
        return (self._raw(value) - self._low) / self._span if self._span else 0.5

    def _at(self, height: float) -> float:
        place = self._low + height * self._span
        return math.exp(place) if self._scale.is_log else place

    def _raw(self, value: object) -> float:
        place = self._scale.place(value)
        return math.log(place) if self._scale.is_log else place


def _frame(axes: Axes, axis: Sequence[_Axis], columns: Sequence[str]) -> None:
    """Draw the axes themselves, with what they are called and their values."""
    axes.grid(visible=False)
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xticks(range(len(columns)), columns)
    axes.tick_params("x", length=0, pad=8)
    for place, one in enumerate(axis):
        axes.axvline(place, color="#444444", linewidth=1)
        for height, label in one.ticks():
            axes.plot([place - 0.02, place], [height, height], color="#444444", lw=1)
            axes.text(
                place + 0.03,
                height,
                label,
                va="center",
                fontsize=8,
                zorder=5,
                bbox={"facecolor": "white", "alpha": 0.75, "pad": 1, "lw": 0},
            )
