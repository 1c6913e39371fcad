"""Whole projects, run by the real commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlflow.entities import Run

    Sweepflow = Callable[..., subprocess.CompletedProcess[str]]

EXAMPLES = Path(__file__).parents[2] / "examples"


def environment() -> dict[str, str]:
    """Give an environment in which `python` is the one under test."""
    scripts = Path(sys.executable).parent
    path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path}
    for name in ("SWEEPFLOW_HOME", "MLFLOW_TRACKING_URI"):
        env.pop(name, None)
    return env


@pytest.fixture
def sweepflow(tmp_path: Path) -> Sweepflow:
    def run(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sweepflow", *args],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run


def search(uri: str, experiment: str) -> list[Run]:
    """Give the runs of an experiment in an MLflow store."""
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    found = client.get_experiment_by_name(experiment)
    assert found is not None, experiment
    return list(client.search_runs([found.experiment_id]))


def runs_of(folder: Path, experiment: str) -> list[Run]:
    """Give the runs of an experiment in a folder's own MLflow store."""
    return search(f"sqlite:///{folder / 'mlflow.db'}", experiment)
