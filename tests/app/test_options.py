"""What becomes of a configuration that has run before, option by option."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
import pytest
from mlflow import MlflowClient
from omegaconf import OmegaConf

import sweepflow
from tests.app.parts import artifact

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlflow.entities import Run

    from tests.app.parts import Here, Runs


@dataclass
class Model:
    layers: list[int] = field(default_factory=lambda: [64, 32])


@dataclass
class Config:
    lr: float = 0.1
    total: float = 0.0
    model: Model = field(default_factory=Model)


class Body:
    """What an app does, and how often it did; it can be told to fail."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, float]] = []
        self.error: BaseException | None = None
        self.result: object = None

    def app(self, **options: Any) -> Callable[[], None]:  # noqa: ANN401 -- of main
        @sweepflow.main(Config, **options)
        def app(run: Run, cfg: Config) -> object:
            self.calls.append((run.info.run_id, cfg.lr))
            logging.getLogger(__name__).info("call %d", len(self.calls))
            if self.error:
                raise self.error
            return self.result

        return app


@pytest.fixture
def body() -> Body:
    return Body()


def test_a_finished_configuration_is_skipped(
    here: Here, runs: Runs, body: Body, capsys: pytest.CaptureFixture[str]
) -> None:
    app = body.app()
    here(app, "lr=0.2")
    here(app, "lr=0.2")
    here(app, "lr=0.20", "hydra.job.chdir=true")
    (run,) = runs()
    assert [call[0] for call in body.calls] == [run.info.run_id]
    assert f"Skipped: run {run.info.run_id} has finished" in capsys.readouterr().out


def test_the_run_says_what_it_was(
    here: Here, runs: Runs, body: Body, tmp_path: Path
) -> None:
    here(body.app(), "lr=0.2")
    (run,) = runs()
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    assert MlflowClient(uri).get_experiment(run.info.experiment_id).name == (
        "test_options"  # Hydra's job name: this module
    )
    assert run.data.params["model.layers.1"] == "32"
    assert artifact(uri, run, ".hydra/overrides.yaml") == "- lr=0.2\n"
    assert "call 1" in artifact(uri, run, "test_options.log")


@pytest.mark.parametrize("status", ["RUNNING", "SCHEDULED", "KILLED", "FAILED"])
def test_an_unfinished_one_runs_again_in_its_own_run(
    here: Here, runs: Runs, body: Body, tmp_path: Path, status: str
) -> None:
    app = body.app()
    here(app)
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    client.update_run(body.calls[0][0], status=status)
    here(app)
    (run,) = runs()
    assert [call[0] for call in body.calls] == [run.info.run_id] * 2
    assert run.info.status == "FINISHED"


def test_a_failure_is_recorded_and_passed_on(
    here: Here, runs: Runs, body: Body, tmp_path: Path
) -> None:
    app = body.app()
    body.error = ValueError("the loss is not a number")
    with pytest.raises(ValueError, match="the loss"):
        here(app)
    (run,) = runs()
    assert run.info.status == "FAILED"
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    text = artifact(uri, run, "traceback.txt")
    assert text.startswith("Traceback")
    assert text.endswith("ValueError: the loss is not a number\n")
    body.error = None
    here(app)
    (run,) = runs()
    assert run.info.status == "FINISHED"
    log = artifact(uri, run, "test_options.log")
    assert log.index("call 1") < log.index("call 2")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SystemExit(), "FINISHED"),
        (SystemExit(0), "FINISHED"),
        (SystemExit(3), "FAILED"),
        (SystemExit("no data"), "FAILED"),
    ],
)
def test_the_ways_to_leave(
    here: Here, runs: Runs, body: Body, error: BaseException, status: str
) -> None:
    body.error = error
    with pytest.raises(type(error)):
        here(body.app())
    assert [run.info.status for run in runs()] == [status]


def test_ctrl_c_is_one_line(
    here: Here, runs: Runs, body: Body, capsys: pytest.CaptureFixture[str]
) -> None:
    body.error = KeyboardInterrupt()
    with pytest.raises(SystemExit) as ended:
        here(body.app(force_new_run=True))
    assert ended.value.code == 130
    (run,) = runs()
    assert run.info.status == "KILLED"
    assert capsys.readouterr().err == f"interrupted: run {run.info.run_id}\n"


@pytest.mark.parametrize(
    "error", [ValueError("the loss is not a number"), SystemExit(3)]
)
def test_a_failure_is_told(
    here: Here, runs: Runs, body: Body, tmp_path: Path, error: BaseException
) -> None:
    body.error = error
    with pytest.raises(type(error)):
        here(body.app())
    (run,) = runs()
    log = artifact(f"sqlite:///{tmp_path}/mlflow.db", run, "test_options.log")
    told = f"Failed: run {run.info.run_id}: {type(error).__name__}: {error}\n"
    assert f"[sweepflow][ERROR] - {told}" in log


def test_a_run_deleted_in_mlflow_never_was(
    here: Here, runs: Runs, body: Body, tmp_path: Path
) -> None:
    app = body.app()
    here(app)
    MlflowClient(f"sqlite:///{tmp_path}/mlflow.db").delete_run(body.calls[0][0])
    here(app)
    assert [run.info.run_id for run in runs()] == [body.calls[1][0]]
    assert body.calls[0][0] != body.calls[1][0]


def test_rerun_finished_uses_the_same_run(here: Here, runs: Runs, body: Body) -> None:
    app = body.app(rerun_finished=True)
    here(app)
    here(app)
    assert len(body.calls) == 2
    assert len(runs()) == 1


def test_force_new_run_always_makes_one(here: Here, runs: Runs, body: Body) -> None:
    app = body.app(force_new_run=True)
    here(app)
    here(app)
    assert len({call[0] for call in body.calls}) == len(runs()) == 2


def test_of_several_runs_a_finished_one_counts(
    here: Here, runs: Runs, body: Body
) -> None:
    here(body.app())
    body.error = ValueError("no luck")
    with pytest.raises(ValueError, match="no luck"):
        here(body.app(force_new_run=True))
    here(body.app())
    assert len(body.calls) == 2


def test_match_overrides_looks_at_nothing_else(
    here: Here, runs: Runs, body: Body, capsys: pytest.CaptureFixture[str]
) -> None:
    here(body.app(match_overrides=True), "lr=0.2", "total=1")

    def update(cfg: Config) -> None:
        cfg.model.layers = [1]

    here(body.app(match_overrides=True, update=update), "total=1", "lr=0.2")
    assert len(body.calls) == 1
    again = body.app(match_overrides=True, rerun_finished=True, update=update)
    here(again, "total=1", "lr=0.2")
    (run,) = runs()
    assert len(body.calls) == 2
    assert run.data.params["model.layers.0"] == "64"
    assert "MLflow keeps the first values of the parameters model.layers.0" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize("returns", [True, False])
def test_update_comes_before_all_else(
    here: Here, runs: Runs, body: Body, tmp_path: Path, returns: bool
) -> None:
    def update(cfg: Config) -> Config | None:
        cfg.total = cfg.lr * 10
        return cfg if returns else None

    app = body.app(update=update)
    here(app, "lr=2")
    here(app, "lr=2", "total=7")  # which `update` makes the same
    (run,) = runs()
    assert len(body.calls) == 1
    assert run.data.params["total"] == "20.0"
    saved = artifact(f"sqlite:///{tmp_path}/mlflow.db", run, ".hydra/config.yaml")
    assert OmegaConf.create(saved).total == 20


def test_update_may_return_another_object(here: Here, runs: Runs, body: Body) -> None:
    def update(cfg: Config) -> Config:
        return Config(lr=cfg.lr + 1)

    here(body.app(update=update), "lr=2")
    assert body.calls[0][1] == 3
    assert runs()[0].data.params["lr"] == "3.0"


@pytest.mark.parametrize("word", [None, "--dry-run"])
def test_dry_run_only_prints(
    here: Here,
    runs: Runs,
    body: Body,
    word: str | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here(body.app(dry_run=word is None), "lr=0.2", *([word] if word else []))
    assert not body.calls
    assert not runs()
    assert "Dry run:\nlr: 0.2\n" in capsys.readouterr().out


def test_chdir_works_in_the_artifacts(here: Here, runs: Runs, tmp_path: Path) -> None:
    @sweepflow.main(Config, chdir=True)
    def app(run: Run, cfg: Config) -> None:
        assert sweepflow.get_artifact_dir(run) == Path.cwd()
        Path("made.txt").write_text("here")

    here(app)
    assert Path.cwd() == tmp_path
    assert artifact(f"sqlite:///{tmp_path}/mlflow.db", runs()[0], "made.txt") == "here"


def test_what_hydra_gets_is_kept_for_a_skip(here: Here, runs: Runs, body: Body) -> None:
    app = body.app()
    body.result = (0.5, 2)
    here(app)
    (run,) = runs()
    assert json.loads(run.data.tags["sweepflow.result"]) == [0.5, 2]
    body.result = "no number"
    here(body.app(rerun_finished=True))
    assert "sweepflow.result" not in runs()[0].data.tags


def test_runs_left_open_by_the_app_are_ended(here: Here, runs: Runs) -> None:
    @sweepflow.main(Config)
    def app(run: Run, cfg: Config) -> None:
        mlflow.start_run(nested=True)

    here(app)
    assert [run.info.status for run in runs()] == ["FINISHED"] * 2
    assert mlflow.active_run() is None


def test_a_fork_of_the_app_dies_of_sigterm_alone(here: Here, runs: Runs) -> None:
    @sweepflow.main(Config)
    def app(run: Run, cfg: Config) -> int:
        child = os.fork()
        if child == 0:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    here(app)
    (run,) = runs()
    assert run.data.tags["sweepflow.result"] == str(-signal.SIGTERM)
    assert run.info.status == "FINISHED"


def test_nothing_of_ours_stays_behind(
    here: Here, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    here(body.app(), "lr=5m")
    assert sys.argv == ["app.py", "lr=5m"]
    assert signal.getsignal(signal.SIGTERM) is before
    assert not mlflow.is_tracking_uri_set()


def test_a_deleted_experiment_is_one_clear_message(
    here: Here, body: Body, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here(body.app())
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    client.delete_experiment("1")
    with pytest.raises(SystemExit) as caught:
        here(body.app())
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert "error: the experiment 'test_options' was deleted" in error
    assert "Traceback" not in error
