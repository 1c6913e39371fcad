"""Where and from what a run was started: what the ledger keeps beside it."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow import __version__

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Provenance:
    """The surroundings of a run.

    Args:
        git_commit: Of the working tree that the run was started in, if it is one.
        git_dirty: Whether a tracked file differed from that commit.
    """

    host: str
    user: str
    git_commit: str | None
    git_dirty: bool | None
    python: str
    sweepflow: str


def observe(cwd: Path) -> Provenance:
    """Look at the surroundings now."""
    commit, dirty = _git_state(cwd)
    return Provenance(
        host=socket.gethostname(),
        user=_user(),
        git_commit=commit,
        git_dirty=dirty,
        python=platform.python_version(),
        sweepflow=__version__,
    )


def _user() -> str:
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
