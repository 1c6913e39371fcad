"""The process in which one evaluation runs, and how it ends with ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE: Final = 5.0
"""Seconds that an evaluation has to clean up, once it is to end."""

_QUIET: Final = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "PYTHON_DOTENV_DISABLED": "1",  # keys come from the environment alone
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait leave their cores to others
    "PYTHONUNBUFFERED": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
_OFFLINE: Final = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def run_child(spec: Path) -> int:
    """Evaluate what a file says, in a process of its own, and wait for its end.

    Its output goes to standard error, for the standard output is that of the command
    that runs here. Its standard input is a pipe from us: it ends where that does.

    Returns:
        Its exit status; less than 0 is the signal that ended it.
    """
    command = [sys.executable, "-P", "-m", "sweepflow.evals.inspect", str(spec)]
    with subprocess.Popen(
        command,
        env=_environment(spec.parent),
        stdin=subprocess.PIPE,
        stdout=2,  # that of the process, whatever `sys.stderr` is
        stderr=2,
    ) as child:
        try:
            return child.wait()
        finally:
            _end(child)


def end_with_parent() -> None:
    """Have this process interrupted when the other end of its input is closed."""
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(PATIENCE)
    os._exit(1)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(PATIENCE * 2)
    except subprocess.TimeoutExpired:
        child.kill()


def _environment(work: Path) -> dict[str, str]:
    """Give what the process may know of the environment.

    The settings of Inspect's own are left out, since they could change the result and
    are not declared. Hugging Face's libraries look for no network unless told to.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INSPECT_")}
    offline = {name: os.environ.get(name, "1") for name in _OFFLINE}
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
    ours = {"PYTHONPATH": paths, "INSPECT_TRACE_FILE": str(work / "trace.log")}
    return {**kept, **_QUIET, **offline, **ours}
