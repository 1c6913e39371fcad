"""Runs as collections, frames and statistics.

Run, RunInfo                         a run, from its folder   run.py, run_info.py
RunCollection, Collection            many of them             run_collection.py, …
GroupBy                              groups of them           group_by.py
runs                                 those of the ledger, or of MLflow   find.py
compute_ci_df, collate_sweep_evals   statistics of results    statistics.py
plot_sweep_metric and others, Plot   plots of results         plots/
AnalysisError and others             what may go wrong        errors.py
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweepflow.analysis.collection import Collection
    from sweepflow.analysis.errors import (
        AnalysisError,
        DamagedRunError,
        DamagedRunWarning,
        MissingKeyError,
        NotOneError,
    )
    from sweepflow.analysis.find import runs
    from sweepflow.analysis.group_by import GroupBy
    from sweepflow.analysis.plots import (
        Plot,
        plot_parallel_coordinates,
        plot_sweep_heatmap,
        plot_sweep_metric,
        plot_sweep_metrics,
    )
    from sweepflow.analysis.run import Run
    from sweepflow.analysis.run_collection import RunCollection
    from sweepflow.analysis.run_info import RunInfo
    from sweepflow.analysis.statistics import collate_sweep_evals, compute_ci_df

__all__ = [
    "AnalysisError",
    "Collection",
    "DamagedRunError",
    "DamagedRunWarning",
    "GroupBy",
    "MissingKeyError",
    "NotOneError",
    "Plot",
    "Run",
    "RunCollection",
    "RunInfo",
    "collate_sweep_evals",
    "compute_ci_df",
    "plot_parallel_coordinates",
    "plot_sweep_heatmap",
    "plot_sweep_metric",
    "plot_sweep_metrics",
    "runs",
]

_ERRORS = (
    *("AnalysisError", "DamagedRunError", "DamagedRunWarning"),
    *("MissingKeyError", "NotOneError"),
)
_PLOTS = (
    *("Plot", "plot_parallel_coordinates", "plot_sweep_heatmap"),
    *("plot_sweep_metric", "plot_sweep_metrics"),
)
_HOMES = {
    "sweepflow.analysis.collection": ("Collection",),
    "sweepflow.analysis.errors": _ERRORS,
    "sweepflow.analysis.find": ("runs",),
    "sweepflow.analysis.group_by": ("GroupBy",),
    "sweepflow.analysis.plots": _PLOTS,
    "sweepflow.analysis.run": ("Run",),
    "sweepflow.analysis.run_collection": ("RunCollection",),
    "sweepflow.analysis.run_info": ("RunInfo",),
    "sweepflow.analysis.statistics": ("collate_sweep_evals", "compute_ci_df"),
}


if not TYPE_CHECKING:  # a checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        home = next((key for key, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
