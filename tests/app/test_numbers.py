"""The metrics of an app, as Sweepflow is told of them when it started the command."""

from __future__ import annotations

import json
import math
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.app import numbers
from sweepflow.engine import numbers as engine_numbers
from sweepflow.engine.attempt import Attempt
from sweepflow.engine.engine import Engine
from sweepflow.engine.executors import LocalExecutor
from sweepflow.engine.plan import Plan
from sweepflow.engine.task import Command, Task
from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.app.conftest import APPS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.app.parts import RunApp


@pytest.fixture(autouse=True)
def _ready(template: Path, tmp_path: Path) -> None:
    shutil.copy(template, tmp_path / "mlflow.db")


def told(folder: Path) -> list[dict[str, Any]]:
    path = Attempt(folder).numbers
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def test_both_sides_agree_on_the_name() -> None:
    assert numbers.FOLDER == engine_numbers.VARIABLE


def test_a_run_and_the_skipping_of_it_tell_the_same(
    run: RunApp, tmp_path: Path
) -> None:
    first, second = (
        run("lr=0.5", app="measure", SWEEPFLOW_ATTEMPT=str(tmp_path)) for _ in range(2)
    )
    assert "Skipped: run" in second.out
    assert "MLflow was imported: True" in first.out
    assert "MLflow was imported: False" in second.out
    lines = told(tmp_path)
    assert len(lines) == 2
    assert len({line["run"] for line in lines}) == 1
    for line in lines:
        assert line["metrics"]["loss"] == 0.5
        assert math.isnan(line["metrics"]["nothing"])


def test_a_skip_that_asks_mlflow_tells_it_too(
    run: RunApp, tmp_path: Path, server: str
) -> None:
    name = "hydra.job.name=skip_that_asks"
    env = {"SWEEPFLOW_ATTEMPT": str(tmp_path), "MLFLOW_TRACKING_URI": server}
    for _ in range(2):
        assert run(name, app="measure", **env).code == 0
    assert [line["metrics"]["loss"] for line in told(tmp_path)] == [0.1, 0.1]


def test_one_that_fails_tells_what_it_had(run: RunApp, tmp_path: Path) -> None:
    done = run("fails=true", app="measure", SWEEPFLOW_ATTEMPT=str(tmp_path))
    assert done.code == 1
    (line,) = told(tmp_path)
    assert line["metrics"]["loss"] == 0.1


def test_jobs_that_run_at_a_time_tell_whole_lines(run: RunApp, tmp_path: Path) -> None:
    words = ("-m", "lr=1:6", "hydra/launcher=joblib", "hydra.launcher.n_jobs=3")
    done = run(*words, app="measure", SWEEPFLOW_ATTEMPT=str(tmp_path))
    assert done.code == 0, done.err
    losses = sorted(line["metrics"]["loss"] for line in told(tmp_path))
    assert losses == [1, 2, 3, 4, 5, 6]


def test_where_it_cannot_be_told_the_app_goes_on(run: RunApp, tmp_path: Path) -> None:
    done = run(app="measure", SWEEPFLOW_ATTEMPT=str(tmp_path / "gone"))
    assert done.code == 0
    assert "are not passed on" in done.out + done.err


def test_without_being_asked_nothing_is_written(run: RunApp, tmp_path: Path) -> None:
    assert run(app="measure").code == 0
    assert told(tmp_path) == []


def test_a_command_has_the_metrics_of_its_only_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    app = sys.executable, str(APPS / "measure.py")
    commands = {
        "one": [*app, "lr=4"],
        "skipped": [*app, "lr=4"],
        "two": [*app, "-m", "lr=5,6"],
    }
    tasks = [Task(k, Command((*c,), str(tmp_path))) for k, c in commands.items()]
    with Store(Home(tmp_path / "home")) as store:
        executor = LocalExecutor()
        report = Engine(store, executor).run(Plan("p", tuple(tasks)))
        executor.close()
        assert report.exit_status == 0
        runs = {run.task: run.id for run in store.ledger.runs()}
        found = store.ledger.scalars(list(runs.values()))
    losses = {task: found[run_id]["loss"].last for task, run_id in runs.items()}
    assert losses == {"one": 4, "skipped": 4, "two": 7}
