"""The contract of executors: every one passes this suite."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.attempt import Attempt, TaskSpec
from sweepflow.engine.executors import LocalExecutor
from sweepflow.engine.task import Command
from tests.engine.processes import is_gone, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sweepflow.engine.executors import Executor

    Prepare = Callable[[str], tuple[Attempt, TaskSpec]]


@pytest.fixture(params=[LocalExecutor])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    executor: Executor = request.param()
    yield executor
    executor.close()


@pytest.fixture
def prepare(tmp_path: Path) -> Prepare:
    numbers = itertools.count()

    def prepare(script: str) -> tuple[Attempt, TaskSpec]:
        attempt = Attempt(tmp_path / f"attempt-{next(numbers)}")
        return attempt, TaskSpec(Command(("sh", "-c", script), str(tmp_path)))

    return prepare


def test_gives_the_exit_record(executor: Executor, prepare: Prepare) -> None:
    attempt, spec = prepare("echo out; echo err >&2; exit 4")

    record = executor.submit(attempt, spec).result(timeout=20)

    assert record.outcome.status == "failed"
    assert record.outcome.exit_code == 4
    assert record.started_at <= record.finished_at
    assert attempt.output.read_bytes() == b"out\nerr\n"
    assert attempt.read_exit() == record


def test_runs_many_at_once(executor: Executor, prepare: Prepare) -> None:
    attempts = [prepare("sleep 0.5") for _ in range(8)]
    began = time.monotonic()

    futures = [executor.submit(*attempt) for attempt in attempts]

    assert {f.result(timeout=20).outcome.status for f in futures} == {"completed"}
    assert time.monotonic() - began < 3


def test_cancel_ends_one_and_leaves_the_others(
    executor: Executor, prepare: Prepare, tmp_path: Path
) -> None:
    long, other = prepare("touch up; sleep 60"), prepare("sleep 0.5; exit 0")
    futures = [executor.submit(*long), executor.submit(*other)]
    wait_for(tmp_path / "up")

    executor.cancel(long[0], signal.SIGINT)

    assert futures[0].result(timeout=20).outcome.status == "interrupted"
    assert futures[1].result(timeout=20).outcome.status == "completed"
    executor.cancel(long[0], signal.SIGINT)  # it has ended: nothing happens


def test_close_ends_what_runs(
    executor: Executor, prepare: Prepare, tmp_path: Path
) -> None:
    future = executor.submit(*prepare("echo $$ > pid; mv pid up; sleep 60"))
    wait_for(tmp_path / "up")

    executor.close()

    assert future.result(timeout=0).outcome.status == "interrupted"
    assert is_gone(int((tmp_path / "up").read_text()))


def test_a_worker_that_is_killed_is_lost_and_leaves_no_orphan(
    executor: Executor, prepare: Prepare, tmp_path: Path
) -> None:
    attempt, spec = prepare("echo $$ > pid; mv pid up; sleep 60")
    future = executor.submit(attempt, spec)
    wait_for(tmp_path / "up")

    os.kill(json.loads((attempt.folder / "heartbeat").read_text())["worker"], 9)

    record = future.result(timeout=20)
    assert record.outcome.status == "failed"
    assert record.outcome.error == "its worker died"
    assert is_gone(int((tmp_path / "up").read_text()))
    assert not attempt.is_alive()


def test_a_folder_that_cannot_be_made_fails_its_future(
    executor: Executor, prepare: Prepare
) -> None:
    attempt, spec = prepare("true")
    attempt.folder.write_text("in the way")

    record = executor.submit(attempt, spec).result(timeout=20)

    assert record.outcome.status == "failed"
    assert record.outcome.error == f"cannot write {attempt.folder}: File exists"


def test_the_server_of_local_workers_dies(prepare: Prepare, tmp_path: Path) -> None:
    executor = LocalExecutor()
    future = executor.submit(*prepare("echo $$ > pid; mv pid up; sleep 60"))
    wait_for(tmp_path / "up")

    server = executor._server  # pyright: ignore[reportPrivateUsage]
    assert server
    server._process.kill()  # pyright: ignore[reportPrivateUsage]

    error = "the server of the local workers died"
    assert future.result(timeout=20).outcome.error == error
    assert is_gone(int((tmp_path / "up").read_text()))
    # What comes after it is not lost: there is a new server.
    later = executor.submit(*prepare("exit 7")).result(timeout=20)
    assert later.outcome.exit_code == 7
    executor.close()


def test_a_worker_that_cannot_be_started_fails_its_future_alone(
    tmp_path: Path,
) -> None:
    script = f"""
import resource
from pathlib import Path
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
from sweepflow.engine.attempt import Attempt, TaskSpec
from sweepflow.engine.executors import LocalExecutor
from sweepflow.engine.task import Command

executor = LocalExecutor()
attempts = [Attempt(Path({str(tmp_path)!r}, str(n))) for n in range(40)]
spec = TaskSpec(Command(("sleep", "2"), "/"))
records = [f.result() for f in [executor.submit(a, spec) for a in attempts]]
assert any(record.outcome.status == "completed" for record in records)
errors = {{record.outcome.error for record in records}} - {{None}}
assert errors and all("Too many open files" in error for error in errors), errors
executor.close()
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_a_worker_that_does_not_answer_is_killed_at_the_third_time(
    executor: Executor, prepare: Prepare, tmp_path: Path
) -> None:
    attempt, spec = prepare("echo $$ > pid; mv pid up; sleep 60")
    future = executor.submit(attempt, spec)
    wait_for(tmp_path / "up")
    os.kill(json.loads((attempt.folder / "heartbeat").read_text())["worker"], 19)

    for _ in range(3):
        executor.cancel(attempt, signal.SIGTERM)

    assert future.result(timeout=20).outcome.error == "its worker died"
    assert is_gone(int((tmp_path / "up").read_text()))


def test_a_folder_that_is_removed_leaves_no_orphan(
    executor: Executor, prepare: Prepare, tmp_path: Path
) -> None:
    attempt, spec = prepare("echo $$ > pid; mv pid up; sleep 60")
    future = executor.submit(attempt, spec)
    wait_for(tmp_path / "up")
    while attempt.folder.exists():  # a sign of life may come in between
        shutil.rmtree(attempt.folder, ignore_errors=True)

    executor.cancel(attempt, signal.SIGTERM)

    assert future.result(timeout=20).outcome.status == "failed"
    assert is_gone(int((tmp_path / "up").read_text()))
