"""A number over a setting: lines with error bars, one for each group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.plots.columns import (
    Scale,
    check,
    label,
    numbers,
    ordered,
    text,
)
from sweepflow.analysis.plots.plot import COLOURS, MARKERS, Plot, new_figure, style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from sweepflow.analysis.plots.plot import Axes

_MOST_GROUPS = 40


@dataclass(frozen=True, slots=True)
class _Point:
    x: Any
    mean: float
    lower: float | None
    upper: float | None


def plot_sweep_metric(  # noqa: PLR0913 - what is plotted, and how
    frame: pl.DataFrame,
    x: str,
    y: str,
    group_by: str | None = None,
    *,
    ci: float | tuple[str, str] | None = 0.95,
    log: bool | None = None,
    units: Mapping[str, str] | None = None,
    title: str | None = None,
) -> Plot:
    """Plot a number over a setting, with a line for each group.

    Rows that agree in `x` and in the group are repetitions: their mean is drawn, with
    its confidence interval.

    Args:
        frame: A row per run, such as `sweepflow.runs(...).to_frame()` gives.
        x: The column of the setting; if its values are no numbers, they stand side by
            side.
        y: The column of the number; of true and false, the share of true is drawn.
        group_by: The column that tells the lines apart.
        ci: The confidence of the error bars, which are Student's, or Wilson's of true
            and false (see `compute_ci_df`); or the columns with their lower and upper
            ends, in a frame of one row per point; or None for none.
        log: Whether the x axis is logarithmic; by default if its values are spread
            evenly by ratio.
        units: What columns are measured in, by their names.
        title: Above the plot.

    Raises:
        AnalysisError: A column is missing, or has a value that is no number.
    """
    return plot_sweep_metrics(
        frame, x, [y], group_by, ci=ci, log=log, units=units, title=title
    )


def plot_sweep_metrics(  # noqa: PLR0913 - what is plotted, and how
    frame: pl.DataFrame,
    x: str,
    ys: Sequence[str],
    group_by: str | None = None,
    *,
    ci: float | tuple[str, str] | None = 0.95,
    log: bool | None = None,
    units: Mapping[str, str] | None = None,
    title: str | None = None,
) -> Plot:
    """Plot several numbers over one setting, side by side.

    Args:
        frame: As for `plot_sweep_metric`, as are the others.
        x: The column of the setting.
        ys: The columns of the numbers, each of which gets axes of its own.
        group_by: The column that tells the lines apart.
        ci: The confidence of the error bars, or their columns.
        log: Whether the x axis is logarithmic.
        units: What columns are measured in, by their names.
        title: Above the plots.

    Raises:
        AnalysisError: A column is missing, or has a value that is no number; or the
            columns of the error bars are given for several numbers.
    """
    check(frame, x, *ys, *([group_by] if group_by else []))
    if not ys or (len(ys) > 1 and isinstance(ci, tuple)):
        raise AnalysisError("name one number to plot, or a confidence for several")
    groups = ordered(frame[group_by].to_list()) if group_by else [None]
    if len(groups) > _MOST_GROUPS:
        raise AnalysisError(
            f"{group_by!r} has {len(groups):,} values, and so many lines say nothing",
            hint="group by a column of fewer, or plot a heatmap",
        )
    curves = {y: _curves(frame, x, y, group_by, ci) for y in ys}
    scale = Scale(frame[x].to_list(), log=log)
    columns = min(len(ys), 3)
    rows = -(-len(ys) // columns)
    with style():
        figure = new_figure(1.2 + 4.6 * columns, 3.8 * rows)
        grid = figure.subplots(rows, columns, squeeze=False)
        every: list[Axes] = list(grid.flat)
        drawn: list[object] = []
        for axes, y in zip(every, ys, strict=False):
            drawn = _draw(axes, scale, groups, curves[y])
            axes.set_xlabel(f"{x} ({unit})" if (unit := (units or {}).get(x)) else x)
            axes.set_ylabel(label(frame, y, (units or {}).get(y)))
        for axes in every[len(ys) :]:
            axes.remove()
        if group_by:
            legend = figure.legend(
                drawn,
                [text(group) or " " for group in groups],
                loc="outside right upper",
                title=group_by,
                frameon=False,
            )
            for name, group in zip(legend.get_texts(), groups, strict=True):
                name.set_text(text(group))  # as it is, an underscore in front too
        if title:
            figure.suptitle(title)
    return Plot(figure, title or f"{', '.join(ys)} by {x}")


def _curves(
    frame: pl.DataFrame,
    x: str,
    y: str,
    group_by: str | None,
    ci: float | tuple[str, str] | None,
) -> dict[Any, list[_Point]]:
    """Give the points of each group's line, from left to right."""
    import polars as pl

    numbers(frame, y)  # or say what is none
    # Under names of ours: theirs may be those that the statistics give.
    named = {"x": pl.col(x), "value": pl.col(y)}
    if group_by:
        named["group"] = pl.col(group_by)
    if isinstance(ci, tuple):
        check(frame, *ci)
        named |= {"lower": pl.col(ci[0]), "upper": pl.col(ci[1])}
    keys = ["x", "group"] if group_by else ["x"]
    is_true_or_false = frame.schema[y] == pl.Boolean
    value = pl.col("value")
    there = frame.select(**named).filter(
        value.is_not_null() if is_true_or_false else value.is_finite(),
        *(pl.col(key).is_not_null() for key in keys),
    )
    if ci is None:
        means = there.group_by(keys).agg(pl.mean("value"))
        none = pl.lit(None, pl.Float64)
        found = means.with_columns(lower=none, upper=none)
    elif isinstance(ci, tuple):
        found = there.with_columns(value.cast(pl.Float64))
    else:
        from sweepflow.analysis.statistics import compute_ci_df

        found = compute_ci_df(there, keys, "value", ci)
        found = found.rename({"mean": "value"})
    rows = found.select(*keys, "value", "lower", "upper").rows()
    curves: dict[Any, list[_Point]] = {}
    for at, *group, mean, lower, upper in rows:
        key = group[0] if group else None
        curves.setdefault(key, []).append(_Point(at, mean, lower, upper))
    return curves


def _draw(
    axes: Axes,
    scale: Scale,
    groups: Sequence[Any],
    curves: Mapping[Any, Sequence[_Point]],
) -> list[object]:
    looks = zip(groups, cycle(COLOURS), cycle(MARKERS), strict=False)
    drawn: list[object] = []
    for group, colour, marker in looks:
        points = sorted(curves.get(group, ()), key=lambda point: scale.place(point.x))
        places = [scale.place(point.x) for point in points]
        means = [point.mean for point in points]
        below = [_length(point.mean, point.lower) for point in points]
        above = [_length(point.mean, point.upper) for point in points]
        container = axes.errorbar(
            places,
            means,
            yerr=[below, above],
            color=colour,
            marker=marker,
            markersize=5,
            linewidth=1.5 if scale.is_numeric else 0,
            elinewidth=1,
            capsize=3,
        )
        drawn.append(container)
    scale.set_up(axes)
    return drawn


def _length(mean: float, end: float | None) -> float:
    """Give how far an error bar reaches; not at all where that is not known."""
    return abs(mean - end) if end is not None and end == end else 0.0  # noqa: PLR0124 - NaN
