"""An MLflow server on loopback, over the database of a project."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.measure import SideError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from benchmarks.measure import Side

_WITHIN = 120.0
"""Seconds that it may take to start."""


@contextmanager
def serving(side: Side, folder: Path) -> Generator[str]:
    """Let a server run with as many workers as it has of itself; give its URL.

    Raises:
        SideError: It does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    argv = [side.python, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    argv += ["--port", str(port), "--backend-store-uri", "sqlite:///mlflow.db"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            argv, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait(url, process)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its workers, too
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _WITHIN
    while process.poll() is None and time.monotonic() < end:
        try:
            with urlopen(f"{url}/health", timeout=5):  # noqa: S310 -- ours
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise SideError("the MLflow server did not start; see server.log")
