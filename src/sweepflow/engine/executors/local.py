"""Workers on this machine, forked from one small server process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import Attempt, ExitRecord
from sweepflow.engine.task import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


class LocalExecutor:
    """Runs each attempt in a process of its own on this machine.

    When this process dies, however suddenly, the workers see it at the closed end of
    a pipe, and end what they run.
    """

    def __init__(self) -> None:
        read_end, self._lifeline = os.pipe()
        # The new session keeps a Ctrl-C of the terminal away: it comes to the driver
        # alone, which passes it on. -P keeps the user's files from shadowing modules.
        self._server = subprocess.Popen(
            [sys.executable, "-P", "-m", "sweepflow.engine.forkserver", str(read_end)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(read_end,),
            start_new_session=True,
        )
        os.close(read_end)
        self._lock = threading.Lock()
        self._running: dict[str, tuple[Future[ExitRecord], float]] = {}
        self._lost = False
        self._closed = False
        self._collector = threading.Thread(target=self._collect, daemon=True)
        self._collector.start()

    def submit(self, attempt: Attempt) -> Future[ExitRecord]:
        future: Future[ExitRecord] = Future()
        folder = str(attempt.folder)
        with self._lock:
            self._running[folder] = (future, time.time())
            lost = self._lost
        if lost or not self._request({"run": folder}):
            self._complete(folder, "the server of the local workers died")
        return future

    def cancel(self, attempt: Attempt, signum: int) -> None:
        self._request({"signal": str(attempt.folder), "number": signum})

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        os.close(self._lifeline)
        if self._server.stdin:
            with suppress(BrokenPipeError):
                self._server.stdin.close()
        self._collector.join()
        self._server.wait()

    def _request(self, request: Mapping[str, str | int]) -> bool:
        assert self._server.stdin  # noqa: S101 - it was asked for
        try:
            self._server.stdin.write(json.dumps(request).encode() + b"\n")
            self._server.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def _collect(self) -> None:
        """Complete the futures, in a thread, as the server reports."""
        assert self._server.stdout  # noqa: S101 - it was asked for
        for line in self._server.stdout:
            report = json.loads(line)
            self._complete(report["ended"], report["error"] or "its worker died")
        with self._lock:
            self._lost = True
            left = list(self._running)
        for folder in left:
            self._complete(folder, "the server of the local workers died")

    def _complete(self, folder: str, error: str) -> None:
        """Complete a future by the exit record, or by `error` where there is none."""
        with self._lock:
            future, started_at = self._running.pop(folder, (None, 0.0))
        if future is None:
            return
        attempt = Attempt(Path(folder))
        record = attempt.read_exit()
        if record is None:
            _kill_orphan(attempt)
            outcome = Outcome("failed", error=error)
            record = ExitRecord(outcome, started_at, time.time(), 0.0, 0)
        future.set_result(record)


def _kill_orphan(attempt: Attempt) -> None:
    """End what a worker that is gone was watching."""
    child = attempt.child()
    if child is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
