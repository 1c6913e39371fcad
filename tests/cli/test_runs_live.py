"""`sweepflow runs logs` and `stop`, while runs are running."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.engine.processes import identity
from tests.engine.processes import wait_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator

    from tests.cli.conftest import Shell

# Each says its word, and goes on when its file is there.
SCRIPT = """\
import os, pathlib, sys, time
word = sys.argv[1]
print(word, "begins", flush=True)
project = pathlib.Path(os.environ["PROJECT_DIR"])
(project / f"{word}.tmp").write_text(str(os.getpid()))
(project / f"{word}.tmp").rename(project / f"{word}.pid")
while not (project / word).exists():
    time.sleep(0.02)
sys.stdout.buffer.write(word.encode() + b" ends \\xff\\r\\n")
"""

# What is asked to end a second time is killed.
TIDY = (
    """\
import signal, sys, time
def tidy(*_):
    time.sleep(1.5)
    print("tidy", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, tidy)
"""
    + SCRIPT
)

OPERATIONS = """\
one: {exec: python wait.py one, sourcecode: wait.py}
two: {exec: python wait.py two, sourcecode: wait.py}
both: {steps: [one, two]}
any: {exec: "python wait.py ${word}", sourcecode: wait.py, flags: {word: w}}
"""


@pytest.fixture
def project(shell: Shell) -> Shell:
    shell.write(OPERATIONS, "guild.yml")
    shell.write(SCRIPT, "wait.py")
    return shell


def runs(shell: Shell) -> dict[str, dict[str, Any]]:
    """Give the runs by their tasks."""
    listed = shell.sweepflow("runs", "list", "--json").stdout
    return {run["task"]: run for run in json.loads(listed)}


def wait_for_begin(shell: Shell, word: str) -> None:
    wait_for(shell.cwd / f"{word}.pid", 60)


def is_gone(shell: Shell, word: str) -> bool:
    return identity(int((shell.cwd / f"{word}.pid").read_text())) is None


@contextmanager
def running(shell: Shell, *args: str) -> Generator[subprocess.Popen[bytes]]:
    """Give a command that runs beside, and is ended if it has not."""
    process = shell.start(*args, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


# logs


def test_the_output_is_followed_to_its_end(project: Shell) -> None:
    with running(project, "run", "one") as driver:
        wait_for_begin(project, "one")
        now = project.sweepflow("runs", "logs", "1")
        with running(project, "runs", "logs", "-f", "1") as follower:
            assert follower.stdout is not None
            assert follower.stdout.readline() == b"one begins\n"
            assert follower.poll() is None
            project.write("", "one")
            rest, said = follower.communicate(timeout=60)
        driver.communicate(timeout=60)

    assert now.stdout == "one begins\n"
    assert (rest, said, follower.returncode) == (b"one ends \xff\r\n", b"", 0)


def test_steps_are_followed_into(project: Shell) -> None:
    with running(project, "run", "both") as driver:
        wait_for_begin(project, "one")
        run_id = runs(project)["both"]["id"]
        with running(project, "runs", "logs", "--follow", run_id) as follower:
            project.write("", "one")
            wait_for_begin(project, "two")
            project.write("", "two")
            followed, _ = follower.communicate(timeout=60)
        driver.communicate(timeout=60)

    found = runs(project)
    expected = (
        f"==> one ({found['both/one']['id']}) <==\n".encode()
        + b"one begins\none ends \xff\r\n\n"
        + f"==> two ({found['both/two']['id']}) <==\n".encode()
        + b"two begins\ntwo ends \xff\r\n"
    )
    assert followed == expected
    with running(project, "runs", "logs", run_id) as later:
        assert later.communicate(timeout=60)[0] == expected


def test_following_ends_with_a_driver_that_was_killed(project: Shell) -> None:
    with running(project, "run", "one") as driver:
        wait_for_begin(project, "one")
        with running(project, "runs", "logs", "-f", "1") as follower:
            assert follower.stdout is not None
            assert follower.stdout.readline() == b"one begins\n"
            os.killpg(driver.pid, signal.SIGKILL)
            follower.communicate(timeout=60)
    assert follower.returncode == 0
    assert runs(project)["one"]["status"] == "interrupted"


# stop


def test_a_run_is_stopped(project: Shell) -> None:
    with running(project, "run", "one") as driver:
        wait_for_begin(project, "one")
        stopped = project.sweepflow("runs", "stop", "1")
        driver.communicate(timeout=60)

    assert (stopped.returncode, stopped.stderr) == (0, "stopped 1 run\n")
    assert driver.returncode == 1
    run = runs(project)["one"]
    assert (run["status"], run["error"]) == ("interrupted", "interrupted by SIGTERM")
    assert is_gone(project, "one")


def test_a_run_has_time_to_tidy_up(project: Shell) -> None:
    project.write(TIDY, "wait.py")
    with running(project, "run", "one") as driver:
        wait_for_begin(project, "one")
        project.sweepflow("runs", "stop", "1")
        driver.communicate(timeout=60)
    assert project.sweepflow("runs", "logs", "1").stdout == "one begins\ntidy\n"


def test_of_a_batch_one_alone_may_be_stopped(project: Shell) -> None:
    with running(project, "run", "any", "word=[one,two]", "--jobs", "2") as driver:
        wait_for_begin(project, "one")
        wait_for_begin(project, "two")
        project.sweepflow("runs", "stop", "--running", "-F", "word = one")
        project.write("", "two")
        driver.communicate(timeout=60)

    by_word = {run["params"]["word"]: run["status"] for run in runs(project).values()}
    assert by_word == {"one": "interrupted", "two": "completed"}


def test_with_a_parent_all_of_it_stops(project: Shell) -> None:
    with running(project, "run", "both") as driver:
        wait_for_begin(project, "one")
        stopped = project.sweepflow("runs", "stop", runs(project)["both"]["id"])
        driver.communicate(timeout=60)

    assert stopped.returncode == 0, stopped
    assert driver.returncode == 130  # as if it had been interrupted itself
    found = {task: run["status"] for task, run in runs(project).items()}
    assert found == {"both": "interrupted", "both/one": "interrupted"}
    assert is_gone(project, "one")


def test_a_parent_beside_others_stops_alone(project: Shell) -> None:
    project.write(OPERATIONS + "outer: {steps: [both, two]}\n", "guild.yml")
    with running(project, "run", "outer") as driver:
        wait_for_begin(project, "one")
        stopped = project.sweepflow("runs", "stop", runs(project)["outer/both"]["id"])
        driver.communicate(timeout=60)

    assert stopped.returncode == 0, stopped
    assert driver.returncode == 1
    assert runs(project)["outer/both"]["status"] == "interrupted"
    assert runs(project)["outer/both/one"]["status"] == "interrupted"
    assert "outer/two" not in runs(project)
