"""Processes of this machine: which is which, what it has started, how to end it."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil


def identity(pid: int) -> str | None:
    """Give what tells a process from a later one of the same number, or from none.

    On Linux that is the boot and the tick at which it started, so that no change of
    the clock disturbs it. Elsewhere there is only whether the number is in use.

    Returns:
        None if there is no such process, or only what is left of one (a zombie).
    """
    if sys.platform != "linux":
        return _identity_elsewhere(pid)
    try:
        # The name, in parentheses, may hold anything: what follows the last one counts.
        stat = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    state, started = stat[0], stat[19].decode()
    return None if state == b"Z" else f"{_boot()}:{started}"


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def _identity_elsewhere(pid: int) -> str | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "exists"


class Family:
    """A process that leads a group, with all that it has started.

    A child may have left for a group of its own (as `timeout` does), where a signal to
    the group does not reach it. Who was there is therefore noted when it is needed.
    """

    def __init__(self, leader: int) -> None:
        import psutil  # only what is interrupted pays for it

        self._leader = leader
        self._others: list[psutil.Process] = []
        with suppress(psutil.Error):
            self._others = psutil.Process(leader).children(recursive=True)

    def signal(self, signum: int) -> None:
        """Send a signal to everyone, and to nobody twice."""
        signal_group(self._leader, signum)
        for process in self._outside():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, signum)

    def is_gone(self) -> bool:
        """Say whether nobody is left in the group or among those who left it."""
        return not group_exists(self._leader) and not self._outside()

    def _outside(self) -> list[psutil.Process]:
        return [p for p in self._others if _lives(p) and _group(p.pid) != self._leader]


def signal_group(group: int, signum: int) -> None:
    """Send a signal to a process group, if it is still there."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signum)


def group_exists(group: int) -> bool:
    """Say whether a process group has a member, be it a zombie."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def kill_orphan(child: int, known_as: str | None) -> None:
    """End a process and its group, whose watcher is gone, unless it is another one."""
    if known_as is not None and identity(child) == known_as:
        Family(child).signal(signal.SIGKILL)


def _lives(process: psutil.Process) -> bool:
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
