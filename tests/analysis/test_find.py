"""Runs of the ledger and of MLflow, as collections."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric, Param

import sweepflow
from sweepflow.analysis import (
    AnalysisError,
    MissingKeyError,
    Run,
    mlflow_server,
    mlflow_store,
    runs,
)
from sweepflow.analysis.mlflow_database import read_database
from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from sweepflow.workflow import Step, Workflow, log_metric, run_sweep
from tests.analysis.conftest import HYDRA, write_run
from tests.engine import flows
from tests.engine.some_steps import write
from tests.recorded import BEGIN, record
from tests.servers import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sweepflow.analysis.known import KnownRun
    from sweepflow.workflow import AtomConstructor
    from tests.engine.flows import Flow

flow = flows.flow


@dataclass
class Training:
    lr: float = 0.1
    text: str = ""


def prepare(
    config: object, inputs: dict[str, Any], work: Path
) -> list[AtomConstructor]:
    return write(work, "data")


def train(
    config: Training, inputs: dict[str, Any], work: Path
) -> list[AtomConstructor]:
    log_metric("loss", 9.0)
    log_metric("loss", config.lr * 2)
    return write(work, "model", f"{config.lr}{config.text}")


LINE = Workflow(
    "line",
    {},
    [
        Step("prepare", prepare, {}, None, {"data": "text"}),
        Step("train", train, {"data": "text"}, Training, {"model": "text"}),
    ],
)


@pytest.fixture(params=["sqlite", pytest.param("sql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    with Store(Home(tmp_path / "home", url)) as store, use_store(store):
        yield store


def test_each_step_of_a_workflow_is_a_run_with_parameters_numbers_and_atoms(
    flow: Flow,
) -> None:
    states = run_sweep(LINE, None, {"train.lr": [1.0, 2.0]}, executor="in-process")
    found = runs(workflow="line", step="train")
    assert found.to_list("lr") == [1.0, 2.0]
    assert found.to_list("loss") == found.to_list("metrics.loss") == [2.0, 4.0]
    one = found.get(lr=2.0)
    assert one.get("outputs.model") == states[1].outputs["model"]
    assert one.get("inputs.data") == states[1].outputs["data"]
    assert one.info.job_name == "line"
    assert runs(workflow="line").group_by("task").agg(n=len).rows() == [
        ("prepare", 1),
        ("train", 2),
    ]
    run_sweep(LINE, None, {"train.lr": [2.0]}, executor="in-process")
    cached = runs(workflow="line", step="train", status="cached").get()
    assert (cached.get("loss"), cached.get("cached_from")) == (4.0, one.get("run_id"))
    assert cached.get("outputs.model") == one.get("outputs.model")
    assert cached.path() == one.path()


def test_runs_of_all_kinds_come_in_the_order_they_began(store: Store) -> None:
    record(store, "c", after=2, kind="job", name="sweep", task="0", params={"lr": 2})
    record(store, "a", after=0, name="net:train", params={"lr": 1}, tags=("x", "y"))
    record(store, "b", after=1, status="failed", label="lr=3")
    assert runs().to_list("run_id") == ["a", "b", "c"]
    assert runs(limit=2).to_list("run_id") == ["b", "c"]
    assert runs(operation="train").to_list("run_id") == ["a", "b"]
    assert runs(job="sweep").to_list("kind") == ["job"]
    assert runs(status="failed").to_list("label") == ["lr=3"]
    assert len(runs(workflow="none")) == 0
    assert runs(workflow="none").to_frame().shape == (0, 0)


def test_runs_of_a_dead_driver_are_completed_first(store: Store) -> None:
    record(store, "a", status="running", driver="1@0")
    assert runs().to_list("status") == ["interrupted"]


def test_where_nothing_ran_there_are_none_and_no_ledger_is_made(tmp_path: Path) -> None:
    with Store(Home(tmp_path / "none")) as empty, use_store(empty):
        assert len(runs()) == 0
    assert not (tmp_path / "none").exists()


def test_a_whole_frame_has_all_that_the_ledger_knows(store: Store) -> None:
    record(
        store,
        "a",
        params={"lr": 1, "m.n": [1], "h": "${x}"},
        tags=("x", "y"),
        label="l",
    )
    record(
        store, "b", after=1, scalars={"loss": (3.0, 1.0), "f1": 0.5}, files={"out": "t"}
    )
    frame = runs().to_frame()
    began = datetime.fromtimestamp(BEGIN, UTC)
    first, second = frame.to_dicts()
    assert first | {"host": "", "user": ""} == {
        "run_id": "a",
        "kind": "operation",
        "name": "train",
        "task": "train",
        "status": "completed",
        "started_at": began,
        "finished_at": began + timedelta(seconds=5),
        "seconds": 5.0,
        "label": "l",
        "tags": ["x", "y"],
        "marked": False,
        "exit_code": None,
        "error": None,
        "parent": None,
        "step": None,
        "cached_from": None,
        "host": "",
        "user": "",
        "lr": 1,
        "m.n": [1],
        "h": "${x}",
        "loss": None,
        "f1": None,
        "outputs.out": None,
    }
    assert (second["loss"], second["f1"], second["lr"]) == (1.0, 0.5, None)
    assert second["outputs.out"].startswith("file-u-")
    assert runs().first().get("h") == runs().first().cfg.h == "${x}"
    assert runs().last().path("out") == store.home.run("b") / "out"


def test_what_hides_another_value_leaves_it_a_longer_name(store: Store) -> None:
    params = {"loss": "mse", "status": 7, "a": 1, "a.b": 2}
    record(store, "a", params=params, scalars={"loss": 0.5, "kind": 3.0})
    run = runs().get()
    known = {key: run.get(key) for key in ("loss", "status", "kind", "a", "a.b")}
    assert known == {"loss": "mse", "status": 7, "kind": 3.0, "a": 1, "a.b": 2}
    assert run.get("metrics.loss") == 0.5
    assert (run.get("run.status"), run.get("run.kind")) == ("completed", "operation")
    row = runs().to_frame().to_dicts()[0]
    longer = ("metrics.loss", "run.status", "run.kind", "loss", "status", "kind")
    assert [row[name] for name in longer] == [
        0.5,
        "completed",
        "operation",
        "mse",
        7,
        3,
    ]
    with pytest.raises(MissingKeyError):
        run.get("metrics.accuracy")
    assert run.get("inputs.data", None) is None


def test_what_does_not_go_together_is_refused(store: Store) -> None:
    with pytest.raises(AnalysisError, match="not of both"):
        runs(job="a", workflow="b")
    with pytest.raises(AnalysisError, match="not of MLflow"):
        runs(job="a", experiment="b")


def log_runs(uri: str, experiment: str) -> None:
    client = MlflowClient(uri)
    experiment_id = client.create_experiment(experiment)
    for n in range(3):
        run_id = client.create_run(experiment_id, start_time=1000 * (n + 1)).info.run_id
        texts = {"lr": f"{n / 10}", "model.name": "m", "on": "True", "no": "None"}
        params = [Param(key, text) for key, text in texts.items()]
        client.log_batch(run_id, [Metric("loss", n * 2.0, 0, 0)], params)
        client.set_tag(run_id, "mine", "yes")
        client.set_terminated(
            run_id, "FAILED" if n == 1 else "FINISHED", 1000 * n + 1500
        )


def check_runs(uri: str, experiment: str) -> None:
    found = runs(tracking_uri=uri, experiment=experiment)
    assert found.to_list("lr") == [0.0, 0.1, 0.2]
    assert found.filter(model__name="m", on=True, no=None).to_list("loss") == [0, 2, 4]
    one = runs(tracking_uri=uri, experiment=experiment, status="failed").get()
    assert (one.get("tags.mine"), one.get("seconds"), one.info.job_name) == (
        *("yes", 0.5),
        experiment,
    )
    newest = runs(tracking_uri=uri, experiment=experiment, limit=2)
    assert newest.to_list("lr") == [0.1, 0.2]
    columns = found.to_frame().columns
    assert columns[:3] == ["run_id", "experiment", "name"]
    assert {"lr", "model.name", "loss", "tags.mine"} < {*columns}
    assert not [name for name in columns if "mlflow" in name]


def test_runs_of_a_tracking_server(server: str) -> None:
    log_runs(server, "analysis")
    check_runs(server, "analysis")
    run: KnownRun = runs(tracking_uri=server, experiment="analysis").first()
    with pytest.raises(AnalysisError, match="in no local folder"):
        run.path()


def test_more_runs_than_a_page(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow_server, "PAGE", 2)
    log_runs(server, "pages")
    check_runs(server, "pages")


@pytest.fixture
def database(tmp_path: Path, template: Path) -> str:
    return f"sqlite:///{shutil.copy(template, tmp_path / 'mlflow.db')}"


def test_runs_of_a_database(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log_runs(database, "analysis")
    monkeypatch.setattr(mlflow_store, "by_client", None)
    check_runs(database, "analysis")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
    assert len(runs(experiment="analysis")) == 3


def test_a_database_is_read_as_mlflow_reads_it(database: str) -> None:
    log_runs(database, "some")
    log_runs(database, "gone")
    client = MlflowClient(database)
    found = runs(tracking_uri=database)
    client.log_metric(found[0].info.run_id, "loss", math.nan)
    client.log_metric(found[1].info.run_id, "loss", math.inf)
    client.delete_run(found[2].info.run_id)
    client.delete_experiment(client.get_experiment_by_name("gone").experiment_id)  # pyright: ignore[reportOptionalMemberAccess]
    path = Path(database.removeprefix("sqlite:///"))
    for asked in ((None, None, None), ("some", "FINISHED", None), (None, None, 1)):
        ours = read_database(path, *asked)
        assert ours
        # NaN is equal to NaN as text.
        assert sorted(map(repr, ours)) == sorted(
            map(repr, mlflow_store.by_client(database, *asked))
        )


def test_what_is_no_database_of_mlflow_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(b"no database")
    assert read_database(path, None, None, None) is None


def test_a_store_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/none.db"
    with pytest.raises(AnalysisError, match=r"no MLflow store at .*none\.db"):
        runs(tracking_uri=uri)
    assert list(tmp_path.iterdir()) == []


def test_an_experiment_that_is_not_there_is_told_with_those_that_are(
    server: str,
) -> None:
    with pytest.raises(AnalysisError, match=r"no experiment 'none'[^$]*Default"):
        runs(tracking_uri=server, experiment="none")


APP = """
from dataclasses import dataclass
import sweepflow

@dataclass
class Config:
    lr: float = 0.1
    twice: float = "${lr}"

@sweepflow.main(Config)
def app(run, cfg: Config) -> None:
    import mlflow
    mlflow.log_metric("loss", cfg.lr * 3)
    if cfg.lr > 2:
        raise ValueError("too much")

app()
"""


def test_what_an_app_leaves_is_read_from_its_folders_and_from_its_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.py").write_text(APP)
    command = [sys.executable, "app.py", "-m", "lr=1:3"]
    monkeypatch.chdir(tmp_path)
    ended = subprocess.run(
        command, env=clean_environment(), capture_output=True, check=False
    )
    assert ended.returncode != 0  # one has failed
    folders = [*sweepflow.iter_run_dirs("mlruns", tracking_uri="sqlite:///mlflow.db")]
    found = Run[Any].load(folders).sort("lr")
    assert found.to_list("twice") == [1, 2, 3]
    assert {*found.to_list("job_name")} == {"app"}
    stored = sweepflow.runs(tracking_uri="sqlite:///mlflow.db", experiment="app")
    assert stored.to_list("loss") == [3, 6, 9]
    assert stored.to_list("status") == ["FINISHED", "FINISHED", "FAILED"]
    assert stored.to_list("run_id") == found.to_list("run_id")
    assert (stored.last().path() / "traceback.txt").exists()
    assert (
        found.last().path("traceback.txt").samefile(stored.last().path("traceback.txt"))
    )


def test_folders_of_hydraflow_are_read_without_mlflow(tmp_path: Path) -> None:
    root = tmp_path / "mlruns"
    for n in range(2):
        folder = write_run(root / "123" / f"run{n}", f"n: {n}\n", HYDRA)
        (folder / "meta.yaml").write_text(f"run_id: run{n}\n")
        (folder / "params").mkdir()
    (root / "123" / "meta.yaml").write_text("name: train\n")
    found = sweepflow.Run.load(sweepflow.iter_run_dirs(root, "train"))
    assert isinstance(found, sweepflow.RunCollection)
    assert isinstance(found, sweepflow.Collection)
    assert found.to_frame("run_id", "n", "job_name").rows() == [
        ("run0", 0, "train"),
        ("run1", 1, "train"),
    ]
