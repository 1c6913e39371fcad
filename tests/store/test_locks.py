"""Waiting for a lock."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.store import locks

if TYPE_CHECKING:
    from pathlib import Path

WAIT = """
import signal
from pathlib import Path
from sweepflow.store import locks
signal.siginterrupt(signal.SIGINT, False)  # as a library may do: Polars does
print("waits", flush=True)
with locks.{kind}:
    print("has it", flush=True)
"""


@pytest.mark.parametrize("kind", ["shared(path)", "exclusive(path, wait=True)"])
def test_ctrl_c_ends_the_wait_for_a_lock(tmp_path: Path, kind: str) -> None:
    script = WAIT.format(kind=kind.replace("path", "Path('lock')"))
    with (
        locks.exclusive(tmp_path / "lock", wait=False),
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout
        assert process.stdout.readline() == "waits\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert out == ""
    assert err.endswith("KeyboardInterrupt\n")


def test_who_waits_gets_the_lock_when_it_is_let_go(tmp_path: Path) -> None:
    script = WAIT.format(kind="shared(Path('lock'))")
    with locks.exclusive(tmp_path / "lock", wait=False):
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stdout.readline() == "waits\n"
        time.sleep(0.5)
    assert process.communicate(timeout=60)[0] == "has it\n"
