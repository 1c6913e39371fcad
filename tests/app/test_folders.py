"""The folders of artifacts, in the default store and in MLflow's file store."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import mlflow
import pytest
from mlflow import MlflowClient

import sweepflow
from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.app.folders import Names
    from tests.app.parts import RunApp

NAMES = ("digits", "digits_large", "faces: all")


@pytest.fixture(params=["sqlite", "file"])
def root(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    template: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A folder `mlruns` with two runs in each of three experiments."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    shutil.copy(template, tmp_path / "mlflow.db")
    root = tmp_path / "mlruns"
    uri = "mlflow.db" if request.param == "sqlite" else "mlruns"
    prefix = "sqlite:///" if request.param == "sqlite" else "file://"
    client = MlflowClient(f"{prefix}{tmp_path}/{uri}")
    for name in NAMES:
        experiment = client.create_experiment(name)
        for text in ("a", "b"):
            run = client.create_run(experiment)
            client.log_text(run.info.run_id, text, "x/y.txt")
    client.create_experiment("elsewhere", artifact_location=str(tmp_path / "other"))
    monkeypatch.chdir("/")
    return root


def test_names(root: Path) -> None:
    names = sweepflow.get_experiment_names(root)
    # In the file store an experiment has a folder there, wherever its artifacts are.
    assert [name for name in names if name != "elsewhere"] == list(NAMES)
    assert not mlflow.is_tracking_uri_set()


def test_experiments_by_name(root: Path) -> None:
    def count(names: Names) -> int:
        return len(list(sweepflow.iter_experiment_dirs(root, names)))

    assert count("digits") == 1
    assert count("digits*") == 2
    assert count(["digits", "faces: all"]) == 2
    assert count(lambda name: "_" in name) == 1
    assert count("nothing") == 0


def test_runs_and_artifacts(root: Path) -> None:
    (digits,) = sweepflow.iter_experiment_dirs(root, "digits")
    runs = list(sweepflow.iter_run_dirs(root, "digits"))
    assert len(runs) == 2
    assert all(run.parent == digits for run in runs)
    artifacts = list(sweepflow.iter_artifacts_dirs(root, "digits"))
    assert artifacts == [run / "artifacts" for run in runs]
    paths = list(sweepflow.iter_artifact_paths(root, "x/y.txt"))
    assert sorted(path.read_text() for path in paths) == list("aaabbb")


def test_a_server_on_this_machine(
    server: str, run: RunApp, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert run("hydra.job.name=far", MLFLOW_TRACKING_URI=server).code == 0
    (folder,) = tmp_path_factory.getbasetemp().glob("server0/mlartifacts")
    assert "far" in sweepflow.get_experiment_names(folder, tracking_uri=server)
    (path,) = sweepflow.iter_artifact_paths(
        folder, "far.log", "far", tracking_uri=server
    )
    assert "with lr=0.1" in path.read_text()


def test_a_folder_without_a_store_has_no_names(tmp_path: Path) -> None:
    (tmp_path / "mlruns" / "1" / "run" / "artifacts").mkdir(parents=True)
    assert sweepflow.get_experiment_names(tmp_path / "mlruns") == []
    assert not (tmp_path / "mlflow.db").exists()


def test_a_missing_root_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no folder"):
        list(sweepflow.iter_run_dirs(tmp_path / "mlruns"))
