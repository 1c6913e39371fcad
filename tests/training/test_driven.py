"""Trainings that a process of ours drives, and all that may die on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from sweepflow.training import (
    Progress,
    TrainedModel,
    TrainingError,
    TrainingFailedError,
    TrainingRun,
    get_backend,
    watch,
)
from sweepflow.training.jobs import Job
from sweepflow.training.record import Reader, Recorder
from tests.training.contract import Contract, Setting, samples
from tests.training.counting import NAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SLOW = {"n_epochs": 400, "pause": 0.05}
SOME = {"n_epochs": 20, "pause": 0.05}


class TestCounting(Contract):
    """A backend as users may write it keeps to the contract."""

    @pytest.fixture(scope="class")
    @classmethod
    def setting(cls, class_home: Path) -> Setting:
        return Setting(NAME, "m", samples(3), {"n_epochs": 5}, SLOW, {"fails_at": 2})


def train(**chosen: float) -> TrainingRun:
    return get_backend(NAME).train(samples(2), "m", chosen)


def folder_of(run: TrainingRun) -> Path:
    job = Job.find(NAME, run.job_id)
    assert job
    return job.folder


def wait_until(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def begun(run: TrainingRun) -> list[int]:
    """Give the processes that have worked on a training."""
    file = folder_of(run) / "begun"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def steps_of(run: TrainingRun) -> list[int]:
    return [progress.step for progress in Reader(folder_of(run)).new()]


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.usefixtures("own_home")
class TestDeaths:
    def test_a_training_whose_process_was_killed_goes_on(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        run = train(**SOME)
        wait_until(lambda: len(steps_of(run)) > 3)
        steps: list[Progress] = []
        os.kill(begun(run)[0], signal.SIGKILL)
        model = run.wait(steps.append)
        assert [progress.step for progress in steps] == list(range(1, 21))
        assert len(begun(run)) == 2
        assert model.curve == tuple(steps)
        assert "was killed by SIGKILL" in caplog.text

    def test_a_training_that_dies_again_and_again_has_failed(self) -> None:
        run = train(dies_at=3)
        with pytest.raises(TrainingFailedError, match=r"killed by SIGKILL.*, 3 times"):
            run.wait()
        assert len(begun(run)) == 3
        assert steps_of(run) == [1, 2]

    def test_what_the_process_said_last_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setenv("PYTHONPATH", "/nowhere")
            patch.setattr(sys, "executable", "/bin/false")
            run = train()
        (folder_of(run) / watch.OUTPUT).write_text("first\nno such thing\n")
        monkeypatch.setattr(sys, "executable", "/bin/false")
        with pytest.raises(TrainingFailedError, match=r"status 1.*no such thing"):
            run.wait()

    def test_a_failure_is_told_in_its_words(self) -> None:
        run = train(fails_at=2)
        with pytest.raises(TrainingFailedError) as failure:
            run.wait()
        assert f"{run.job_id} failed: it was to fail" in str(failure.value)
        assert "do not ask for it" in str(failure.value)
        assert "output.log" in str(failure.value)

    def test_a_signal_ends_it_with_a_checkpoint(self) -> None:
        run = train(**SOME)
        wait_until(lambda: len(steps_of(run)) > 3)
        os.kill(begun(run)[0], signal.SIGTERM)
        wait_until(lambda: run.status() == "queued")
        kept = (folder_of(run) / "checkpoints/number").read_text()
        assert int(kept) == steps_of(run)[-1]
        assert len(run.wait().curve) == 20

    def test_a_line_that_was_half_written_is_written_again(
        self, tmp_path: Path
    ) -> None:
        Recorder(tmp_path).add(Progress(1, 3, {"loss": 2.0}))
        file = tmp_path / "progress.jsonl"
        file.write_bytes(file.read_bytes() + b'{"step": 2, "to')
        recorder = Recorder(tmp_path)
        for step in (1, 2, 3):
            recorder.add(Progress(step, 3, {"loss": 2.0}))
        assert [progress.step for progress in Reader(tmp_path).new()] == [1, 2, 3]


SCRIPT = """
import sys
from tests.training.test_driven import train, SOME, SLOW
run = train(**(SOME if sys.argv[1] == "train" else SLOW))
run.save("run.json")
print(run.job_id, flush=True)
run.wait()
"""


@pytest.mark.usefixtures("own_home")
class TestParents:
    def start(self, what: str, tmp_path: Path) -> subprocess.Popen[str]:
        """Start a process that begins a training, in a group of its own."""
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, what],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert process.stdout
        process.stdout.readline()
        process.stdout.close()
        return process

    def test_it_outlives_who_asked_for_it(self, tmp_path: Path) -> None:
        process = self.start("train", tmp_path)
        run = TrainingRun.load(tmp_path / "run.json")
        wait_until(lambda: len(steps_of(run)) > 1)
        process.kill()
        process.wait()
        assert run.status() == "running"
        assert len(run.wait().curve) == 20
        assert len(begun(run)) == 1

    def test_it_ends_with_its_group(self, tmp_path: Path) -> None:
        process = self.start("wait", tmp_path)
        run = TrainingRun.load(tmp_path / "run.json")
        wait_until(lambda: len(steps_of(run)) > 1)
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
        wait_until(lambda: not is_running(begun(run)[0]))
        assert run.status() == "queued"
        assert (folder_of(run) / "checkpoints/number").exists()

    def test_who_is_interrupted_ends_what_it_has_started(self, tmp_path: Path) -> None:
        process = self.start("wait", tmp_path)
        run = TrainingRun.load(tmp_path / "run.json")
        wait_until(lambda: len(steps_of(run)) > 1)
        process.send_signal(signal.SIGINT)
        process.wait()
        assert run.status() == "queued"
        assert (folder_of(run) / "checkpoints/number").exists()


@pytest.mark.usefixtures("own_home")
class TestTogether:
    def test_who_waits_at_the_same_time_trains_once(self, tmp_path: Path) -> None:
        run = train(**SOME)
        wait_until(lambda: begun(run))
        os.kill(begun(run)[0], signal.SIGTERM)
        wait_until(lambda: run.status() == "queued")
        models: list[TrainedModel] = []
        code = (
            f"from sweepflow.training import get_backend as g; "
            f"g({NAME!r}).open({run.job_id!r}).wait()"
        )
        others = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
        models.append(run.wait())
        assert [other.wait() for other in others] == [0, 0]
        assert len(begun(run)) == 2
        assert steps_of(run) == list(range(1, 21))

    def test_who_asks_at_the_same_time_trains_once(self) -> None:
        runs: list[TrainingRun] = []
        threads = [
            threading.Thread(target=lambda: runs.append(train(**SOME)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({run.job_id for run in runs}) == 1
        assert runs[0].wait() == runs[1].wait()
        assert len(begun(runs[0])) == 1

    def test_a_cancelled_training_is_not_at_work_any_more(self) -> None:
        run = train(**SLOW)
        wait_until(lambda: begun(run))
        assert run.status() == "running"
        run.cancel()
        assert run.status() == "cancelled"
        wait_until(lambda: not is_running(begun(run)[0]))
        again = train(**SLOW)
        wait_until(lambda: len(begun(run)) == 2)
        assert again.status() == "running"
        again.cancel()

    def test_what_nobody_works_on_is_cancelled_at_once(self) -> None:
        run = train(**SLOW)
        wait_until(lambda: begun(run))
        os.kill(begun(run)[0], signal.SIGKILL)
        wait_until(lambda: run.status() == "queued")
        run.cancel()
        assert run.status() == "cancelled"
        assert len(begun(run)) == 1


def test_a_file_that_names_no_training_is_told(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[]")
    with pytest.raises(TrainingError, match="does not name a training"):
        TrainingRun.load(tmp_path / "run.json")


def test_an_unknown_backend_is_told_with_the_nearest() -> None:
    with pytest.raises(TrainingError, match="did you mean 'local'"):
        get_backend("locla")
