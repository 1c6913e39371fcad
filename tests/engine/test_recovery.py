"""What a driver that was killed leaves, and how the ledger is completed from it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.attempt import Attempt, ExitRecord, TaskSpec
from sweepflow.engine.recovery import settle
from sweepflow.engine.task import Command, Outcome
from sweepflow.store.ledger import Ledger
from sweepflow.store.records import Provenance, Run
from sweepflow.store.store import Store
from tests.engine.processes import is_gone, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store import Home

DRIVER = """
import sys
from pathlib import Path
from sweepflow.engine.engine import Engine
from sweepflow.engine.executors import LocalExecutor
from sweepflow.engine.plan import Plan
from sweepflow.engine.task import Command, Task
from sweepflow.store import Home
from sweepflow.store.store import Store

store = Store(Home(Path(sys.argv[1])))
script = "echo $$ > pid; mv pid up; sleep 60"
task = Task("t", Command(("sh", "-c", script), sys.argv[2]))
Engine(store, LocalExecutor()).run(Plan("p", (task,)))
"""


def a_run(run_id: str) -> Run:
    return Run(
        id=run_id,
        plan_id="p",
        kind="job",
        name="n",
        task="n",
        command="true",
        cwd="/",
        provenance=Provenance(socket.gethostname(), "u", None, None, "3", "0"),
        started_at=time.time(),
    )


def test_a_driver_that_is_killed_takes_its_command_along(
    home: Home, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", DRIVER, str(home.root), str(tmp_path)]
    with subprocess.Popen(command) as driver:
        wait_for(tmp_path / "up")
        driver.kill()

    assert is_gone(int((tmp_path / "up").read_text()))
    ledger = Ledger(home.ledger)
    [run] = ledger.runs()
    assert run.status == "running"  # nobody could write it down
    wait_for(home.attempt(run.id) / "exit.json")
    settle(Store(home))
    [run] = ledger.runs()
    assert (run.status, run.error) == ("interrupted", "its driver died")
    ledger.close()


def test_an_exit_record_is_taken_over(home: Home) -> None:
    ledger = Ledger(home.ledger)
    ledger.start(a_run("r"))
    attempt = Attempt(home.attempt("r"))
    attempt.prepare(TaskSpec(Command(("true",), "/")))
    attempt.finish(ExitRecord(Outcome("completed", 0), 1.0, 2.0, 0.5, 4096))

    settle(Store(home))

    run = ledger.get("r")
    assert (run.status, run.finished_at, run.max_rss) == ("completed", 2.0, 4096)
    ledger.close()


def test_a_worker_that_is_gone_without_a_record_was_interrupted(home: Home) -> None:
    ledger = Ledger(home.ledger)
    for run_id, known_as in (("gone", "another"), ("here", None)):
        ledger.start(a_run(run_id))
        attempt = Attempt(home.attempt(run_id))
        attempt.prepare(TaskSpec(Command(("true",), "/")))
        attempt.beat(None)
        path = attempt.folder / "heartbeat"
        sign = json.loads(path.read_text())
        if known_as:  # a later process has got the worker's number
            path.write_text(json.dumps(sign | {"worker_identity": known_as}))
        then = time.time() - 1000  # asleep: the kernel knows better
        os.utime(path, (then, then))

    settle(Store(home))

    assert ledger.get("gone").status == "interrupted"
    assert ledger.get("here").status == "running"
    ledger.close()


def test_an_orphan_is_ended_and_nobody_else(home: Home) -> None:
    ledger = Ledger(home.ledger)
    children = {
        run_id: subprocess.Popen(["sleep", "60"], process_group=0)
        for run_id in ("orphan", "another")
    }
    for run_id, child in children.items():
        ledger.start(a_run(run_id))
        attempt = Attempt(home.attempt(run_id))
        attempt.prepare(TaskSpec(Command(("sleep", "60"), "/")))
        attempt.beat(child.pid)
        path = attempt.folder / "heartbeat"
        sign = json.loads(path.read_text()) | {"worker_identity": "gone"}
        if run_id == "another":
            sign["child_identity"] = "of an earlier process"
        path.write_text(json.dumps(sign))

    settle(Store(home))

    assert children["orphan"].wait(timeout=10) == -signal.SIGKILL
    assert children["another"].poll() is None
    children["another"].kill()
    children["another"].wait()
    ledger.close()


@pytest.mark.parametrize("name", ["heartbeat", "exit.json"])
@pytest.mark.parametrize("content", ["", '{"host": "x', "\0\0"])
def test_a_file_that_a_power_cut_damaged_counts_as_missing(
    home: Home, name: str, content: str
) -> None:
    ledger = Ledger(home.ledger)
    ledger.start(a_run("r"))
    attempt = Attempt(home.attempt("r"))
    attempt.prepare(TaskSpec(Command(("true",), "/")))
    (attempt.folder / name).write_text(content)
    then = time.time() - 1000
    for path in (attempt.folder / name, attempt.folder):
        os.utime(path, (then, then))

    settle(Store(home))

    assert ledger.get("r").status == "interrupted"
    ledger.close()


def test_a_worker_elsewhere_is_dead_when_it_has_been_silent(home: Home) -> None:
    ledger = Ledger(home.ledger)
    for run_id, age in (("silent", 1000), ("fresh", 0)):
        ledger.start(a_run(run_id))
        attempt = Attempt(home.attempt(run_id))
        attempt.prepare(TaskSpec(Command(("true",), "/")))
        sign = {"host": "another-host", "worker": 1, "child": None}
        (attempt.folder / "heartbeat").write_text(json.dumps(sign))
        then = time.time() - age
        os.utime(attempt.folder / "heartbeat", (then, then))

    settle(Store(home))

    assert ledger.get("silent").status == "interrupted"
    assert ledger.get("fresh").status == "running"
    ledger.close()
