"""Run machine-learning experiments: sweeps, jobs and workflows on one engine."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweepflow.analysis import Collection, Run, RunCollection, runs
    from sweepflow.app import (
        chdir_artifact,
        get_artifact_dir,
        get_experiment_names,
        iter_artifact_paths,
        iter_artifacts_dirs,
        iter_experiment_dirs,
        iter_run_dirs,
        log_run,
        main,
        start_run,
    )

__version__ = "0.1.0"

__all__ = [
    "Collection",
    "Run",
    "RunCollection",
    "chdir_artifact",
    "get_artifact_dir",
    "get_experiment_names",
    "iter_artifact_paths",
    "iter_artifacts_dirs",
    "iter_experiment_dirs",
    "iter_run_dirs",
    "log_run",
    "main",
    "runs",
    "start_run",
]

_ANALYSIS = ("Collection", "Run", "RunCollection", "runs")


if not TYPE_CHECKING:  # a checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        # `import sweepflow` costs nothing; a part is imported when it is first used.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        part = "analysis" if name in _ANALYSIS else "app"
        return getattr(import_module(f"sweepflow.{part}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
