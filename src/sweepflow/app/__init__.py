"""Hydra apps tracked by MLflow: `main`, the run it starts, and what the runs left."""

from sweepflow.app.artifacts import get_artifact_dir
from sweepflow.app.context import chdir_artifact, log_run, start_run
from sweepflow.app.folders import (
    get_experiment_names,
    iter_artifact_paths,
    iter_artifacts_dirs,
    iter_experiment_dirs,
    iter_run_dirs,
)
from sweepflow.app.main import main

__all__ = [
    "chdir_artifact",
    "get_artifact_dir",
    "get_experiment_names",
    "iter_artifact_paths",
    "iter_artifacts_dirs",
    "iter_experiment_dirs",
    "iter_run_dirs",
    "log_run",
    "main",
    "start_run",
]
