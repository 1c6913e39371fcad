"""Many processes at once, and processes that die: each configuration finishes once."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import sweepflow
from tests.app.parts import all_runs, artifact, ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlflow.entities import Run

    from tests.app.parts import RunApp, Runs, Start, Starts


def until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 150
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_eight_first_starts_in_an_empty_folder(
    start: Start, runs: Runs, starts: Starts
) -> None:
    processes = [
        start(f"batch_size={i % 4}", "seconds=0.3", f"hydra.run.dir=out/{i}")
        for i in range(8)
    ]
    for done in map(ended, processes):
        assert done.code == 0, done.err
        assert "alembic" not in done.err + done.out
        assert "locked" not in done.err
    assert [run.info.status for run in runs()] == ["FINISHED"] * 4
    assert len({run.info.experiment_id for run in runs()}) == 1
    assert len(starts()) == 4


def test_one_configuration_started_eight_times_runs_once(
    start: Start, starts: Starts, server: str
) -> None:
    name = "hydra.job.name=eight"
    processes = [
        start(name, f"hydra.run.dir=out/{i}", MLFLOW_TRACKING_URI=server)
        for i in range(8)
    ]
    results = [ended(process) for process in processes]
    assert [done.code for done in results] == [0] * 8, results
    assert len(starts()) == 1
    assert sum("Skipped: run" in done.out for done in results) == 7


def test_who_waits_says_what_for(start: Start, starts: Starts, tmp_path: Path) -> None:
    first = start(UNTIL="enough")
    until(lambda: len(starts()) == 1)
    second = start("hydra.run.dir=out")
    assert second.stdout
    wait = "Waiting for another process that runs this configuration of 'train'"
    assert wait in second.stdout.readline()
    (tmp_path / "enough").touch()
    assert ended(first).code == 0
    assert "Skipped: run" in ended(second).out
    assert len(starts()) == 1


def test_killed_in_the_middle_of_a_sweep(
    run: RunApp, runs: Runs, starts: Starts
) -> None:
    words = ("-m", "batch_size=1,2", "seconds=0.1")
    assert run(*words, THEN="kill").code == -signal.SIGKILL
    (left,) = runs()
    assert left.info.status == "RUNNING"
    assert run(*words).code == 0
    assert run(*words).out.count("Skipped: run") == 2
    assert [found.info.status for found in runs()] == ["FINISHED"] * 2
    assert left.info.run_id in [found.info.run_id for found in runs()]
    assert len(starts()) == 3


def test_killed_while_the_store_is_made(
    start: Start, run: RunApp, runs: Runs, tmp_path: Path
) -> None:
    process = start()
    draft = tmp_path / ".mlflow.db.draft"
    until(lambda: draft.exists() and draft.stat().st_size > 0)
    process.kill()
    process.wait()
    assert not (tmp_path / "mlflow.db").exists()
    done = run()
    assert done.code == 0, done.err
    assert [found.info.status for found in runs()] == ["FINISHED"]
    assert not draft.exists()


def goes_on(run: Run) -> str:
    again = "goes on when the same is started again"
    return f"interrupted: run {run.info.run_id} {again}\n"


def test_ctrl_c_in_a_sweep_is_one_line(
    start: Start, runs: Runs, starts: Starts
) -> None:
    process = start("-m", "lr=1,2", UNTIL="never")
    until(lambda: len(starts()) == 1)
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert done.code == 128 + signal.SIGINT
    (found,) = runs()
    assert found.info.status == "KILLED"
    assert done.err == goes_on(found)


def test_ctrl_c_while_it_waits_names_no_run(
    start: Start, starts: Starts, tmp_path: Path
) -> None:
    first = start(UNTIL="enough")
    until(lambda: len(starts()) == 1)
    second = start("hydra.run.dir=out")
    assert second.stdout
    assert "Waiting for" in second.stdout.readline()
    time.sleep(0.5)  # it says so before it waits
    second.send_signal(signal.SIGINT)
    done = ended(second)
    assert (done.code, done.err) == (128 + signal.SIGINT, "interrupted\n")
    (tmp_path / "enough").touch()
    assert ended(first).code == 0


def test_a_failure_in_a_sweep_is_told_at_once(run: RunApp, runs: Runs) -> None:
    done = run("-m", "then=raise,return")
    assert done.code == 1
    failed, finished = (found.info.run_id for found in runs())
    told = f"Failed: run {failed}: ValueError: the loss is not a number\n"
    assert done.out.index(told) < done.out.index(f"run {finished} with")


def test_sigterm_ends_the_run_as_killed(
    run: RunApp, runs: Runs, tmp_path: Path
) -> None:
    done = run(THEN="terminate")
    assert done.code == 128 + signal.SIGTERM
    (found,) = runs()
    assert found.info.status == "KILLED"
    assert done.err == goes_on(found)
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    assert "with lr=0.1" in artifact(uri, found, "train.log")


def test_the_joblib_launcher(run: RunApp, tmp_path: Path) -> None:
    words = ("-m", "lr=1:4", "batch_size=8", "hydra/launcher=joblib")
    done = run(*words, "hydra.launcher.n_jobs=2", app="parallel")
    assert done.code == 0, done.err
    uri = f"sqlite:///{tmp_path}/runs/mine.db"
    found = all_runs(uri)
    assert sorted(run.data.params["total"] for run in found) == [
        *("16.0", "24.0", "32.0", "8.0"),
    ]
    pids = {int(run.data.metrics["pid"]) for run in found}
    assert len(pids) == 2
    assert os.getpid() not in pids
    folders = [sweepflow.get_artifact_dir(run) for run in found]
    assert all(folder.is_relative_to(tmp_path / "mlruns") for folder in folders)
    assert not (tmp_path / "mlflow.db").exists()
