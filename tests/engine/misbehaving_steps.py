"""Steps that do what a step should rather not, for processes of their own."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.engine.some_steps import AtomConstructor, write

Inputs = dict[str, Any]
Made = list[AtomConstructor]


def exits_at_once(config: object, inputs: Inputs, workspace: Path) -> Made:
    os._exit(0)


def exits_with_3(config: object, inputs: Inputs, workspace: Path) -> Made:
    os._exit(3)


def calls_sys_exit(config: object, inputs: Inputs, workspace: Path) -> Made:
    sys.exit("enough")


def calls_sys_exit_0(config: object, inputs: Inputs, workspace: Path) -> Made:
    sys.exit(0)


def raises_keyboard_interrupt(config: object, inputs: Inputs, workspace: Path) -> Made:
    raise KeyboardInterrupt


def kills_itself(config: object, inputs: Inputs, workspace: Path) -> Made:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def kills_its_group(config: object, inputs: Inputs, workspace: Path) -> Made:
    os.killpg(0, signal.SIGKILL)
    return []


def recurses(config: object, inputs: Inputs, workspace: Path) -> Made:
    return recurses(config, inputs, workspace)


def raises_what_has_no_text(config: object, inputs: Inputs, workspace: Path) -> Made:
    class OddError(Exception):
        def __str__(self) -> str:
            raise ValueError

    raise OddError


def raises_at_length(config: object, inputs: Inputs, workspace: Path) -> Made:
    raise ValueError("x" * 1_000_000 + "\udcff")


def closes_its_output_and_raises(
    config: object, inputs: Inputs, workspace: Path
) -> Made:
    closes_its_output(config, inputs, workspace)
    raise ValueError("who hears this?")


def closes_its_output(config: object, inputs: Inputs, workspace: Path) -> Made:
    sys.stdout.close()
    sys.stderr.close()
    return write(workspace, "closes_its_output")


def closes_all_descriptors(config: object, inputs: Inputs, workspace: Path) -> Made:
    os.closerange(0, 1000)
    return write(workspace, "closes_all_descriptors")


def changes_directory(config: object, inputs: Inputs, workspace: Path) -> Made:
    os.chdir("/")
    return write(workspace, "changes_directory")


def leaves_a_thread(config: object, inputs: Inputs, workspace: Path) -> Made:
    threading.Thread(target=time.sleep, args=[60], daemon=True).start()
    return write(workspace, "leaves_a_thread")


def waits_for_its_thread(config: object, inputs: Inputs, workspace: Path) -> Made:
    def speaks_late() -> None:
        time.sleep(0.2)
        sys.stdout.write("last word\n")

    threading.Thread(target=speaks_late).start()
    return write(workspace, "waits_for_its_thread")


def leaves_a_process(config: object, inputs: Inputs, workspace: Path) -> Made:
    subprocess.Popen(["sleep", "3"])
    return write(workspace, "leaves_a_process")


def forks(config: object, inputs: Inputs, workspace: Path) -> Made:
    if os.fork() == 0:
        os._exit(7)
    return write(workspace, "forks")


def returns_twice(config: object, inputs: Inputs, workspace: Path) -> Made:
    """Leave by `return` in a child of its own, too."""
    os.fork()
    return write(workspace, "returns_twice")


def forks_one_that_raises(config: object, inputs: Inputs, workspace: Path) -> Made:
    """Have a child that raises once the step has ended, and wait for it at exit."""
    wait, done = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(done)
        os.read(wait, 1)
        raise ValueError("in a child of its own")

    def is_last() -> None:
        os.close(done)
        os.waitpid(child, 0)

    atexit.register(is_last)
    return write(workspace, "forks_one_that_raises")


def removes_its_workspace(config: object, inputs: Inputs, workspace: Path) -> Made:
    workspace.rmdir()
    return [AtomConstructor("x", workspace / "x", "text")]


def prints_100_mb(config: object, inputs: Inputs, workspace: Path) -> Made:
    for _ in range(100):
        os.write(1, b"x" * (1 << 20))
    return write(workspace, "prints_100_mb")


def prints_odd_bytes(config: object, inputs: Inputs, workspace: Path) -> Made:
    sys.stdout.write("\udcff\n")
    sys.stdout.flush()
    os.write(1, b"\xff\x00")
    return write(workspace, "prints_odd_bytes")


def ignores_signals(config: object, inputs: Inputs, workspace: Path) -> Made:
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    return write(workspace, "ignores_signals")


def draws(config: object, inputs: Inputs, workspace: Path) -> Made:
    import random

    return write(workspace, "draws", str(random.random()))  # noqa: S311


def has_a_family(config: object, inputs: Inputs, workspace: Path) -> Made:
    """Have children and grandchildren, one in a group of its own, for too long."""
    here = Path(os.environ["FAMILY"])
    script = "sleep 300 & echo $! >> family; wait"
    subprocess.Popen(script, shell=True, cwd=here)
    setsid = subprocess.Popen(["setsid", "sleep", "300"])
    with (here / "family").open("a") as file:
        file.write(f"{setsid.pid}\n{os.getpid()}\n")
    time.sleep(300)
    return []
