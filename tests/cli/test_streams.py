"""Standard streams that are closed, full, broken or of another encoding."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import SWEEPFLOW

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

JOB = "jobs: {j: {run: echo, sets: [{each: 'a=1,2'}]}}"

needs_full = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="needs /dev/full"
)


def redirected(shell: Shell, command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command with the redirections of a shell."""
    return subprocess.run(
        [
            "sh",
            "-c",
            f'sweepflow() {{ "$0" -m sweepflow "$@"; }}; {command}',
            *SWEEPFLOW[:1],
        ],
        cwd=shell.cwd,
        env=shell.env,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(shell: Shell, closed: str) -> None:
    shell.write(JOB)

    result = redirected(shell, f"sweepflow run j {closed}")

    assert result.returncode == 0, result
    assert b"Traceback" not in result.stderr
    if closed == "<&-":
        assert b"j.2 | --multirun a=2" in result.stdout
    runs = json.loads(shell.sweepflow("runs", "--json").stdout)
    assert [run["status"] for run in runs] == ["completed"] * 2


@needs_full
@pytest.mark.parametrize("command", ["run j --dry-run", "show", "--help", "sweep a=1"])
def test_a_full_device_is_one_message(shell: Shell, command: str) -> None:
    shell.write(JOB)
    result = redirected(shell, f"sweepflow {command} >/dev/full")
    assert result.returncode == 1
    message = b"error: cannot write the output: No space left on device\n"
    assert result.stderr == message


@needs_full
def test_a_full_device_does_not_end_a_sweep(shell: Shell) -> None:
    shell.write(JOB)
    result = redirected(shell, "sweepflow run j >/dev/full")
    assert result.returncode == 0
    assert result.stderr.count(b"standard output takes no more (No space left") == 1
    assert b"2 commands: 2 completed" in result.stderr


def test_a_sweep_goes_on_when_nobody_reads_its_errors(shell: Shell) -> None:
    shell.write("jobs: {j: {run: sh -c 'sleep 0.1', sets: [{each: 'a=1:5'}]}}")
    redirected(shell, "{ sweepflow run j; echo $? >status; } 2>&1 | head -n 1")
    assert (shell.cwd / "status").read_text() == "0\n"
    runs = json.loads(shell.sweepflow("runs", "--json").stdout)
    assert [run["status"] for run in runs] == ["completed"] * 5


def test_no_encoding_is_too_small(shell: Shell) -> None:
    shell.write(JOB)
    shell.env["PYTHONIOENCODING"] = "ascii"

    text = shell.sweepflow("run", "j", "a=ü", "--dry-run")
    plan = shell.sweepflow("run", "j", "a=ü", "--dry-run", "--json")
    sweep = shell.sweepflow("sweep", "a=ü", "--json")

    assert text.returncode == 0
    assert r"a=\xfc" in text.stdout
    assert json.loads(plan.stdout)["tasks"][0]["params"] == {"a": "ü"}
    assert json.loads(sweep.stdout) == [["a=ü"]]


def test_bytes_that_are_no_text_come_through(shell: Shell) -> None:
    shell.cwd /= "\udcff"
    shell.write(JOB)

    dry = redirected(shell, r"""sweepflow run j "a=$(printf '\377')" --dry-run""")
    run = redirected(shell, r"""sweepflow run j "a=$(printf '\377')" """)

    assert b"'a=\xff'" in dry.stdout
    assert run.returncode == 0, run
    assert b"a=\xff" in run.stdout
    [recorded] = json.loads(shell.sweepflow("runs", "--json").stdout)
    assert r"'a=\udcff'" in recorded["command"]
    assert b"a=\xff" in redirected(shell, "sweepflow runs").stdout


@pytest.mark.parametrize("module", ["typer", "sweepflow.cli.run", "sweepflow.sweep"])
def test_an_interrupt_of_the_start_is_quiet(shell: Shell, module: str) -> None:
    code = (
        "import os, signal, sys\n"
        "class Interrupt:\n"
        "    def find_spec(name, path=None, target=None):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt)\n"
        "from sweepflow.cli import main\n"
        "main(['sweep', 'a=1:3'])\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shell.cwd,
        env=shell.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert process.returncode == 130
    assert process.stderr == b""


def test_a_deleted_working_directory_is_one_clear_message(shell: Shell) -> None:
    file = shell.write(JOB)
    (shell.cwd / "gone").mkdir()
    for command in (f"run j --file {file}", "run j --file ../sweepflow.yaml", "runs"):
        result = redirected(
            shell, f"mkdir -p gone; cd gone; rmdir ../gone; sweepflow {command}"
        )
        assert result.returncode == 2, result
        assert b"error: cannot tell the working directory" in result.stderr
        assert b"Traceback" not in result.stderr
    home = shell.cwd / ".sweepflow"
    result = redirected(
        shell,
        f"mkdir gone; cd gone; rmdir ../gone; SWEEPFLOW_HOME={home} sweepflow runs",
    )
    assert (result.returncode, result.stderr) == (0, b"no such runs\n")


def test_an_interrupt_is_heard_in_the_midst_of_a_flood(shell: Shell) -> None:
    shell.write("jobs: {j: {run: sh flood.sh}}")
    shell.write("yes | head -c 100000000; touch over", "flood.sh")
    process = shell.start("run", "j")
    assert process.stdout
    process.stdout.read(1)
    while not (shell.cwd / "over").exists():
        time.sleep(0.02)

    process.send_signal(signal.SIGINT)

    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"interrupted: waiting" in err
    assert len(out) < 100_000_000
