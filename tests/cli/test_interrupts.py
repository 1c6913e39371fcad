"""Ctrl-C, SIGTERM and kill -9 at a running `sweepflow run`."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.engine.processes import is_gone, wait_for

if TYPE_CHECKING:
    import subprocess

    from tests.cli.conftest import Shell

# A command with a child of its own, as launchers have.
SLEEPER = """
sleep 300 & echo $! > child
echo $$ > pid
mv pid up
wait
"""


@pytest.fixture
def running(shell: Shell) -> subprocess.Popen[bytes]:
    shell.write("jobs: {j: {run: sh sleeper.sh, sets: [{each: 'a=1:3'}]}}")
    shell.write(SLEEPER, "sleeper.sh")
    # Under nohup SIGHUP is ignored, and so it would be by what we start.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    process = shell.start("run", "j", start_new_session=True)
    signal.signal(signal.SIGHUP, before)
    wait_for(shell.cwd / "up")
    return process


def test_nohup_is_respected(shell: Shell) -> None:
    shell.write("jobs: {j: {run: sh wait.sh}}")
    shell.write("touch up; until [ -e go ]; do sleep 0.05; done", "wait.sh")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = shell.start("run", "j")
    signal.signal(signal.SIGHUP, before)
    wait_for(shell.cwd / "up")

    process.send_signal(signal.SIGHUP)
    (shell.cwd / "go").touch()

    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err


def command_is_gone(shell: Shell) -> bool:
    return all(is_gone(int((shell.cwd / name).read_text())) for name in ("up", "child"))


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(
    shell: Shell, running: subprocess.Popen[bytes], signum: signal.Signals
) -> None:
    os.killpg(running.pid, signum)  # as the terminal does
    _, err = running.communicate(timeout=30)

    assert running.returncode == 128 + signum
    assert b"3 commands: 1 interrupted, 2 not started" in err
    assert b"Traceback" not in err
    assert command_is_gone(shell)
    [run] = json.loads(shell.sweepflow("runs", "list", "--json").stdout)
    assert run["status"] == "interrupted"
    assert run["error"] == f"interrupted by {signum.name}"


def test_kill_9_leaves_no_orphan_and_a_ledger_that_says_so(
    shell: Shell, running: subprocess.Popen[bytes]
) -> None:
    running.kill()
    running.wait()

    assert command_is_gone(shell)
    [attempt] = (shell.cwd / ".sweepflow" / "runs").glob("*/.attempts/1")
    wait_for(attempt / "exit.json")
    [run] = json.loads(shell.sweepflow("runs", "list", "--json").stdout)
    assert (run["status"], run["error"]) == ("interrupted", "its driver died")


def test_a_run_that_goes_on_is_listed_as_running(
    shell: Shell, running: subprocess.Popen[bytes]
) -> None:
    [run] = json.loads(shell.sweepflow("runs", "list", "--json").stdout)
    assert run["status"] == "running"
    running.terminate()
    running.communicate(timeout=30)
