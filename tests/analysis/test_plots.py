"""Plots: what stands in them, and what they are saved as."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from sweepflow.analysis import AnalysisError, compute_ci_df
from sweepflow.analysis.plots import (
    Plot,
    plot_parallel_coordinates,
    plot_sweep_heatmap,
    plot_sweep_metric,
    plot_sweep_metrics,
)
from sweepflow.analysis.plots.columns import short, spreads_by_ratio

if TYPE_CHECKING:
    from pathlib import Path

RATES = (1e-4, 1e-3, 1e-2, 1e-1)


def frame(models: tuple[str, ...] = ("small", "large")) -> pl.DataFrame:
    """Give results of three seeds for each rate and model."""
    rows = [
        {
            "lr": lr,
            "model": model,
            "seed": seed,
            "accuracy": 1 - abs(math.log10(lr) + 2) / 5 - place / 10 + seed / 100,
            "loss": seed + 1.0,
        }
        for lr in RATES
        for place, model in enumerate(models)
        for seed in range(3)
    ]
    return pl.DataFrame(rows)


def axes_of(plot: Plot) -> list[Any]:
    return plot.figure.axes


def legend_of(plot: Plot) -> list[str]:
    return [text.get_text() for text in plot.figure.legends[0].get_texts()]


def test_repetitions_are_their_mean_with_its_confidence_interval() -> None:
    plot = plot_sweep_metric(frame(("one",)), "lr", "accuracy")
    [axes] = axes_of(plot)
    [container] = axes.containers
    line, _, [bars] = container.lines
    known = compute_ci_df(frame(("one",)), "lr", "accuracy").sort("lr")
    assert line.get_xdata().tolist() == list(RATES)
    assert line.get_ydata().tolist() == pytest.approx(known["mean"].to_list())
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    bounds = known.select("lower", "upper").rows()
    assert ends == [pytest.approx(bound) for bound in bounds]


def test_error_bars_may_be_given_or_left_out() -> None:
    data = pl.DataFrame({"x": [1, 2], "y": [3.0, 4], "low": [2.0, 4], "up": [5.0, 4]})
    given = axes_of(plot_sweep_metric(data, "x", "y", ci=("low", "up")))[0]
    segments = given.containers[0].lines[2][0].get_segments()
    assert [each[:, 1].tolist() for each in segments] == [[2, 5], [4, 4]]
    without = axes_of(plot_sweep_metric(frame(), "lr", "accuracy", ci=None))[0]
    segments = without.containers[0].lines[2][0].get_segments()
    assert all(low == up for low, up in (each[:, 1].tolist() for each in segments))


def test_each_group_has_a_line_and_a_name_as_it_is_written() -> None:
    names = ("$x^2$", "_hidden", "<b>")
    plot = plot_sweep_metric(frame(names), "lr", "accuracy", "model")
    assert legend_of(plot) == sorted(names)
    lines = [container.lines[0] for container in axes_of(plot)[0].containers]
    assert len({line.get_color() for line in lines}) == 3
    assert len({line.get_marker() for line in lines}) == 3
    plot.to_svg()  # and no formula is looked for in a name


def test_a_group_may_have_no_points_for_a_number() -> None:
    data = frame().with_columns(
        accuracy=pl.when(pl.col("model") == "large").then(None).otherwise("accuracy")
    )
    plot = plot_sweep_metric(data, "lr", "accuracy", "model")
    assert legend_of(plot) == ["large", "small"]
    large, small = axes_of(plot)[0].containers
    assert len(large.lines[0].get_xdata()) == 0
    assert len(small.lines[0].get_xdata()) == 4


@pytest.mark.parametrize("name", ["n", "mean", "value", "missing", "lower"])
def test_columns_may_be_called_whatever_they_like(name: str) -> None:
    data = frame().rename({"lr": name})
    [axes] = axes_of(plot_sweep_metric(data, name, "accuracy", "model"))
    assert axes.get_xlabel() == name


def test_the_column_of_the_axis_may_tell_the_lines_apart_too() -> None:
    plot = plot_sweep_metric(frame(), "model", "accuracy", "model")
    assert legend_of(plot) == ["large", "small"]


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([1e-4, 1e-3, 1e-2], True),
        ([1, 2, 4, 8, 16], True),
        ([1, 2, 3, 4], False),
        ([100, 500, 900, 1300], False),
        ([0, 1, 10, 100], False),
        ([1, 1000], False),
    ],
)
def test_values_that_are_spread_by_ratio_make_an_axis_logarithmic(
    values: list[float], log: bool
) -> None:
    assert spreads_by_ratio(values) is log
    data = pl.DataFrame({"x": values, "y": values}, strict=False)
    [axes] = axes_of(plot_sweep_metric(data, "x", "y"))
    assert axes.get_xscale() == ("log" if log else "linear")
    [axes] = axes_of(plot_sweep_metric(data, "x", "y", log=False))
    assert axes.get_xscale() == "linear"


def test_units_and_titles_stand_where_people_look_for_them() -> None:
    units = {"lr": "1/step", "loss": "nats"}
    plot = plot_sweep_metrics(
        frame(), "lr", ["loss", "accuracy"], "model", units=units, title="Digits"
    )
    first, second = axes_of(plot)
    assert (first.get_xlabel(), first.get_ylabel()) == ("lr (1/step)", "loss (nats)")
    assert second.get_ylabel() == "accuracy"
    assert plot.figure.get_suptitle() == plot.title == "Digits"


def test_the_legend_covers_no_data() -> None:
    plot = plot_sweep_metric(frame(), "lr", "accuracy", "model")
    legend = plot.figure.legends[0].get_window_extent()
    assert not legend.overlaps(axes_of(plot)[0].get_window_extent())


def test_a_heatmap_has_the_means_and_leaves_unknown_cells_grey() -> None:
    data = frame().filter((pl.col("lr") > 1e-4) | (pl.col("model") == "small"))
    plot = plot_sweep_heatmap(data, "lr", "model", "accuracy", unit="share")
    axes, bar = axes_of(plot)
    cells = axes.images[0].get_array()
    assert cells.mask.tolist() == [[True, False, False, False], [False] * 4]
    assert cells[1][2] == pytest.approx(1.01)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["large", "small"]
    assert bar.get_ylabel() == "accuracy (share)"
    assert len(axes.texts) == 7


def test_parallel_coordinates_have_a_line_for_each_whole_row() -> None:
    data = frame().with_columns(
        loss=pl.when(pl.col("seed") == 2).then(math.nan).otherwise("loss")
    )
    plot = plot_parallel_coordinates(data, ["lr", "model", "loss"], "accuracy")
    lines = axes_of(plot)[0].collections[0].get_segments()
    assert len(lines) == 16
    heights = {round(float(height), 3) for line in lines for height in line[:, 1]}
    assert heights == {0, 0.333, 0.667, 1}  # rates are spread evenly by ratio


@pytest.mark.parametrize(
    ("suffix", "begins"),
    [("png", b"\x89PNG"), ("svg", b"<?xml"), ("html", b"<!doctype html>")],
)
def test_the_suffix_says_what_a_plot_is_saved_as(
    tmp_path: Path, suffix: str, begins: bytes
) -> None:
    plot = plot_sweep_heatmap(frame(), "lr", "model", "accuracy", title="</title>&")
    path = plot.save(tmp_path / "new" / f"plot.{suffix.upper()}")
    data = path.read_bytes()
    assert data.startswith(begins)
    assert plot.save(tmp_path / f"again.{suffix}").read_bytes() == data


def test_a_page_needs_nothing_else_and_escapes_names(tmp_path: Path) -> None:
    plot = plot_sweep_metric(
        frame(("</svg><script>alert(1)</script>",)), "lr", "accuracy", "model"
    )
    plot.title = "</title><script>"
    text = plot.save(tmp_path / "plot.html").read_text("utf-8")
    assert "<script" not in text
    assert not re.search(r"(src|href)=\"(?!#)", text)


@pytest.mark.parametrize("name", ["plot.pdf", "plot", "plot.png.gz"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    plot = plot_sweep_metric(frame(), "lr", "accuracy")
    with pytest.raises(AnalysisError, match=r"\.png, \.svg or \.html"):
        plot.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_plotted_is_said() -> None:
    data = frame()
    with pytest.raises(AnalysisError, match="no column 'acuracy'"):
        plot_sweep_metric(data, "lr", "acuracy")
    with pytest.raises(AnalysisError, match="'model' has the value 'small', which"):
        plot_sweep_metric(data, "lr", "model")
    with pytest.raises(AnalysisError, match="no rows"):
        plot_sweep_heatmap(data.clear(), "lr", "model", "accuracy")
    with pytest.raises(AnalysisError, match="no row has a number in 'loss'"):
        plot_sweep_metric(data.with_columns(loss=pl.lit(math.nan)), "lr", "loss")
    with pytest.raises(AnalysisError, match="two columns"):
        plot_parallel_coordinates(data, ["lr"], "accuracy")
    with pytest.raises(AnalysisError, match="cannot be logarithmic"):
        plot_sweep_metric(data, "seed", "accuracy", log=True)
    many = pl.DataFrame({"x": range(100), "y": range(100)})
    with pytest.raises(AnalysisError, match="100 values"):
        plot_sweep_metric(many, "x", "y", "x")


def test_a_users_own_style_is_neither_used_nor_changed() -> None:
    import matplotlib as mpl

    settings: Any = mpl
    before = dict(settings.rcParams)
    with settings.rc_context({"text.usetex": True, "font.size": 40.0}):
        plot_sweep_metric(frame(), "lr", "accuracy").to_svg()
        assert settings.rcParams["font.size"] == 40
    assert dict(settings.rcParams) == before


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.398107, "0.398"),
        (1024, "1024"),
        (999.7, "1000"),
        (-30_000.0, "-30000"),
        (2e6, "2e+06"),
        (0.0, "0"),
    ],
)
def test_numbers_are_short_but_whole_before_the_point(
    number: float, written: str
) -> None:
    assert short(number) == written
    sizes = pl.DataFrame({"batch": [1.0, number], "loss": [1.0, 2.0]})
    axes = axes_of(plot_sweep_metric(sizes, "batch", "loss"))[0]
    axes.figure.draw_without_rendering()
    assert written in [label.get_text() for label in axes.get_xticklabels()]


def test_true_and_false_are_a_share_with_its_interval() -> None:
    cells = [True, True, False, None, True, False, False, True]
    data = pl.DataFrame({"lr": [0.1, 0.2] * 4, "passed": cells})
    plot = plot_sweep_metric(data, "lr", "passed")
    [axes] = axes_of(plot)
    assert axes.get_ylabel() == "passed (share of true)"
    line, _, [bars] = axes.containers[0].lines
    assert line.get_ydata().tolist() == pytest.approx([2 / 4, 2 / 3])
    known = compute_ci_df(data, "lr", "passed", method="wilson").sort("lr")
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx(row) for row in known.select("lower", "upper").rows()]

    for ci in (None, ("lr", "lr")):
        again = axes_of(plot_sweep_metric(data, "lr", "passed", ci=ci))[0]
        assert again.get_ylabel() == axes.get_ylabel()
    grid = plot_sweep_heatmap(data, "lr", "lr", "passed")
    assert {each.get_text() for each in axes_of(grid)[0].texts} == {"0.5", "0.667"}
    assert axes_of(grid)[1].get_ylabel() == "passed (share of true)"
    shades = plot_parallel_coordinates(data, ["lr", "passed"], "passed")
    assert axes_of(shades)[1].get_ylabel() == "passed"
