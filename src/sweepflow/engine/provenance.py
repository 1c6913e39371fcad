"""Where and from what a run was started: what the ledger keeps beside it."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sweepflow import __version__
from sweepflow.engine.processes import identity
from sweepflow.store.records import Provenance

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from sweepflow.store.ledger import Ledger

_driving: set[str] = set()


def observe(cwd: Path, ledger: Ledger, user: str | None = None) -> Provenance:
    """Look at the surroundings now; the ledger keeps the list of what is installed."""
    commit, dirty = _git_state(cwd)
    return Provenance(
        host=socket.gethostname(),
        user=user or login_name(),
        git_commit=commit,
        git_dirty=dirty,
        python=platform.python_version(),
        sweepflow=__version__,
        packages=ledger.text(_packages()),
    )


@contextmanager
def driving(driver: str) -> Generator[None]:
    """Count as a driver that lives, for as long as this lasts."""
    _driving.add(driver)
    try:
        yield
    finally:
        _driving.discard(driver)


def driver_of(name: str) -> str:
    """Give what tells a driver in this process from all others on this machine."""
    return f"{os.getpid()}:{identity(os.getpid())}#{name}"


def lives(driver: str) -> bool:
    """Say whether a driver of this machine lives still, given by `driver_of`.

    Its process may have outlived it: a notebook in which a run broke off, say.
    """
    process, _, name = driver.partition("#")
    pid, _, known_as = process.partition(":")
    if identity(int(pid)) != known_as:
        return False
    return int(pid) != os.getpid() or not name or driver in _driving


def _packages() -> str:
    """List what is installed, by the names of the folders that say so.

    Reading each one's metadata takes a hundred times as long, and says the same.
    """
    found: set[str] = set()
    for folder in sys.path:
        with suppress(OSError):
            found.update(e for e in os.listdir(folder) if e.endswith(".dist-info"))  # noqa: PTH208
    names = (entry.removesuffix(".dist-info").replace("-", "==", 1) for entry in found)
    return "".join(f"{name}\n" for name in sorted(names))


def login_name() -> str:
    """Give the name of the user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unknown"


def _git_state(cwd: Path) -> tuple[str | None, bool | None]:
    """Give the commit and whether a tracked file was changed, in one call of git."""
    command = ["git", "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        answer = subprocess.run(
            command,
            cwd=cwd,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},  # we only look
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # a file's name may hold any bytes
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):  # no git here, or no repository
        return None, None
    commit, dirty = None, False
    for line in answer.stdout.splitlines():
        if line.startswith("# branch.oid "):
            commit = line.removeprefix("# branch.oid ")
        elif not line.startswith("#"):
            dirty = True
    return (None if commit == "(initial)" else commit), dirty
