"""What the examples leave is looked at: as collections, frames and plots."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import matplotlib.image
import polars as pl
import pytest

import sweepflow as sf
from sweepflow.analysis.plots import (
    plot_parallel_coordinates,
    plot_sweep_heatmap,
    plot_sweep_metric,
    plot_sweep_metrics,
)
from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from tests.system.conftest import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.analysis.plots import Plot
    from tests.system.conftest import Sweepflow

SIZES = {
    "job_sequential": {(w, h) for w in (100, 300) for h in (100, 200, 300)},
    "job_parallel": {(w, h) for w in (200, 400) for h in (100, 200, 300)},
    "job_submit": {(w, h) for w in (250, 350) for h in (150, 250)},
}


def test_the_16_runs_of_the_tutorial(sweepflow: Sweepflow, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "tutorial", tmp_path, dirs_exist_ok=True)
    for job in SIZES:
        result = sweepflow("run", job, "--jobs", "2")
        assert result.returncode == 0, result

    runs = sf.runs(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")
    frame = runs.to_frame("experiment", "status", "width", "height", "area")
    assert frame.height == sum(map(len, SIZES.values())) == 16
    sizes = frame.select("experiment", "width", "height").rows()
    assert set(sizes) == {(job, *size) for job, own in SIZES.items() for size in own}
    assert frame["status"].unique().to_list() == ["FINISHED"]
    assert (frame["area"] == frame["width"] * frame["height"]).all()

    loaded = sf.Run.load(sf.iter_run_dirs(tmp_path / "mlruns"))
    assert {(run.info.job_name, run.cfg.width, run.cfg.height) for run in loaded} == {
        *sizes
    }
    assert {*loaded.to_list("run_id")} == {*runs.to_list("run_id")}
    grid = plot_sweep_heatmap(frame, "width", "height", "area", title="Tutorial")
    assert "120000" in written(grid)
    see(grid, tmp_path)
    see(plot_sweep_metric(frame, "height", "area", "experiment"), tmp_path)


def test_the_48_runs_of_the_digits(sweepflow: Sweepflow, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "digits", tmp_path, dirs_exist_ok=True)
    result = sweepflow("run", "digits", "--jobs", "2")
    assert result.returncode == 0, result

    uri = f"sqlite:///{tmp_path}/mlflow.db"
    runs = sf.runs(tracking_uri=uri, experiment="digits")
    settings = ("kernel", "c", "gamma")
    frame = runs.to_frame(*settings, "test_accuracy", "cv_accuracy")
    assert frame.height == 48 == frame.n_unique(settings)
    loaded = sf.Run.load(sf.iter_run_dirs(tmp_path / "mlruns", "digits"))
    assert (
        loaded.to_frame(*settings)
        .sort(settings)
        .equals(frame.select(settings).sort(settings))
    )
    best = runs.filter(kernel="rbf").sort("cv_accuracy").last()
    assert best.get("gamma") == pytest.approx(1e-3)
    table = runs.group_by("kernel", "gamma").agg(
        best=lambda group: max(group.to_list("test_accuracy"))
    )
    assert table.height == 8
    assert min(table.filter(gamma=0.001)["best"].to_list()) > 0.98

    lines = plot_sweep_metrics(frame, "c", ["cv_accuracy", "test_accuracy"], "kernel")
    assert {"rbf", "poly"} <= {
        text.get_text() for text in lines.figure.legends[0].texts
    }
    assert [axes.get_xscale() for axes in lines.figure.axes] == ["log", "log"]
    grid = plot_sweep_heatmap(frame.filter(kernel="rbf"), "c", "gamma", "cv_accuracy")
    assert len(written(grid)) == 6 * 4
    for plot in (
        lines,
        grid,
        plot_parallel_coordinates(frame, settings, "test_accuracy"),
    ):
        see(plot, tmp_path)

    # By the job, each configuration of the two commands is a run of its own.
    listed = json.loads(sweepflow("runs", "compare", "digits", "--json").stdout)
    rows = [one["values"] for one in listed]
    found = pl.DataFrame(rows).select(settings).sort(settings)
    assert found.equals(frame.select(settings).sort(settings))
    told = sweepflow(
        *("runs", "compare", "digits", "--plot", "x=c", "y=cv_accuracy"),
        *("--group-by", "kernel", "--out", "c.png"),
    )
    assert "48 runs" in told.stderr
    page = tmp_path / "digits.html"
    assert sweepflow("report", "digits", "--out", str(page)).returncode == 0
    assert page.read_text("utf-8").count('"cv_accuracy"') == 1
    with Store(Home.of(tmp_path)) as store, use_store(store):
        recorded = sf.runs(job="digits")
        assert recorded.to_frame(*settings, "cv_accuracy").height == 48


def written(heatmap: Plot) -> list[str]:
    """Give what stands in the fields."""
    return [text.get_text() for text in heatmap.figure.axes[0].texts]


def see(plot: Plot, folder: Path) -> None:
    """See that there is something on the picture, in colours."""
    picture = matplotlib.image.imread(plot.save(folder / "plot.png"))[..., :3]
    height, width = picture.shape[:2]
    assert min(height, width) > 300
    spread = picture.max(axis=2) - picture.min(axis=2)
    assert (spread > 0.2).mean() > 0.003
