"""Environments of the tools that are compared, each with its own dependencies."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.measure import Side, SideError, last_line, say
from benchmarks.peer import CACHE, version


def installed(name: str, package: str, wanted: str, *also: str) -> Side:
    """Give a tool in `.cache/peers/NAME`; on first use it is installed.

    Args:
        name: Of its command.
        package: The distribution that it comes from.
        wanted: The version of that.
        also: Other requirements, as pip reads them.

    Raises:
        SideError: It cannot be installed.
    """
    folder = CACHE / "peers" / name
    side = Side(name, folder / "bin")
    if version(side, package) == wanted:
        return side
    say(f"installing {package} {wanted} into {os.path.relpath(folder)}")
    _install(sys.executable, "-m", "venv", "--clear", str(folder))
    _install(side.python, "-m", "pip", "install", "-q", f"{package}=={wanted}", *also)
    return side


def _install(*argv: str) -> None:
    process = subprocess.run(argv, capture_output=True, text=True, check=False)
    if process.returncode:
        raise SideError(f"not installed: {last_line(process.stdout, process.stderr)}")
