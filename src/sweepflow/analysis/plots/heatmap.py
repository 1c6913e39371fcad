"""A number over two settings, as colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sweepflow.analysis.plots.columns import check, label, numbers, ordered, short, text
from sweepflow.analysis.plots.plot import COLOUR_MAP, MISSING, Plot, new_figure, style

if TYPE_CHECKING:
    import polars as pl

_MOST_WRITTEN = 200
"""Cells, for each to have its number in it."""


def plot_sweep_heatmap(  # noqa: PLR0913 - what is plotted, and how
    frame: pl.DataFrame,
    x: str,
    y: str,
    value: str,
    *,
    unit: str | None = None,
    title: str | None = None,
) -> Plot:
    """Plot a number over two settings as a grid of colours.

    Of rows that agree in both settings it is the mean. A combination without a number
    is grey.

    Args:
        frame: A row per run.
        x: The column of one setting.
        y: That of the other.
        value: That of the number.
        unit: What the number is measured in.
        title: Above the plot.

    Raises:
        AnalysisError: A column is missing, or the number is none.
    """
    import matplotlib as mpl

    check(frame, x, y, value)
    found: dict[tuple[Any, Any], list[float]] = {}
    at = zip(frame[x].to_list(), frame[y].to_list(), strict=True)
    for key, number in zip(at, numbers(frame, value), strict=True):
        if number is not None:
            found.setdefault(key, []).append(number)
    across, up = ordered(key[0] for key in found), ordered(key[1] for key in found)
    nan = float("nan")
    cells = [
        [sum(n) / len(n) if (n := found.get((i, j))) else nan for i in across]
        for j in up
    ]
    with style():
        size = (2.6 + 0.62 * len(across), 1.6 + 0.46 * len(up))
        width, height = (min(max(side, 3.4), 14) for side in size)
        figure = new_figure(width, height)
        axes = figure.subplots()
        colours = mpl.colormaps[COLOUR_MAP].with_extremes(bad=MISSING)
        image = axes.imshow(cells, cmap=colours, origin="lower", aspect="auto")
        axes.grid(visible=False)
        axes.set_xticks(range(len(across)), [text(v) for v in across], rotation=35)
        for tick in axes.get_xticklabels():
            tick.set_horizontalalignment("right")
            tick.set_rotation_mode("anchor")
        axes.set_yticks(range(len(up)), [text(v) for v in up])
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        bar = figure.colorbar(image, ax=axes)
        bar.set_label(label(frame, value, unit))
        if len(across) * len(up) <= _MOST_WRITTEN:
            middle = sum(image.get_clim()) / 2
            for row, line in enumerate(cells):
                for column, cell in enumerate(line):
                    if cell == cell:  # noqa: PLR0124 - not NaN
                        dark = cell < middle
                        axes.text(
                            column,
                            row,
                            short(cell),
                            ha="center",
                            va="center",
                            fontsize=8,
                            color="white" if dark else "black",
                        )
        if title:
            figure.suptitle(title)
    return Plot(figure, title or f"{value} by {x} and {y}")
