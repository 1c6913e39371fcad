"""The two sides: this project, and HydraFlow in an environment of its own."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Side, SideError, last_line, say

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache"

_FOLDER = CACHE / "hydraflow-venv"
_VERSION = "0.14.4"
"""The last one for Python 3.11 and 3.12."""


def ours() -> Side:
    """Give Sweepflow, in the environment that the benchmarks run in."""
    return Side("sweepflow", Path(sys.executable).parent)


def theirs() -> Side:
    """Give HydraFlow; on first use it is installed.

    It gets the same Python and the same MLflow as we have.

    Raises:
        SideError: It cannot be installed.
    """
    side = Side("hydraflow", _FOLDER / "bin")
    if version(side, "hydraflow") == _VERSION:
        return side
    say(f"installing hydraflow {_VERSION} into {os.path.relpath(_FOLDER)}")
    mlflow = importlib.metadata.version("mlflow")
    wanted = [f"hydraflow=={_VERSION}", f"mlflow=={mlflow}"]
    _install(sys.executable, "-m", "venv", "--clear", str(_FOLDER))
    _install(side.python, "-m", "pip", "install", "--quiet", *wanted)
    return side


def version(side: Side, package: str) -> str | None:
    """Give the version of a package in the environment of a side, or None."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    try:
        answer = subprocess.run(
            [side.python, "-c", code], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def _install(*argv: str) -> None:
    process = subprocess.run(argv, capture_output=True, text=True, check=False)
    if process.returncode:
        raise SideError(last_line(process.stdout, process.stderr))
