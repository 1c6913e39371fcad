"""The fork server: starts the local workers without paying for an interpreter each.

    python -m sweepflow.engine.forkserver LIFELINE

It reads one JSON line a request from standard input, `{"run": FOLDER}` or
`{"signal": FOLDER, "number": N}`, forks a worker for each run, and writes a line when
one has ended: `{"ended": FOLDER, "error": TEXT}`, where the text is empty unless the
worker itself failed. LIFELINE is the descriptor of a pipe that the driver holds open:
its end is the end of the driver.

It has one thread and imports little, which is what makes forking safe and quick.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepflow.engine.attempt import Attempt
from sweepflow.engine.worker import PASSED_ON, run_attempt

REQUESTS, REPORTS = 0, 1


@dataclass(frozen=True, slots=True)
class _Worker:
    """A forked worker; `complaint` is the read end of a pipe for its own failure."""

    folder: str
    complaint: int


class _Server:
    def __init__(self, lifeline: int) -> None:
        self._lifeline = lifeline
        self._workers: dict[int, _Worker] = {}
        self._wakeup, write_end = os.pipe()
        os.set_blocking(self._wakeup, False)
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _signum, _frame: None)
        # Only the end of the requests ends the server. A worker unblocks these once
        # it can pass them on, so that none is lost between the fork and then.
        signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)

    def serve(self) -> None:
        """Serve until the requests have ended and the last worker has."""
        pending = b""
        listening = True
        while listening or self._workers:
            sources = [self._wakeup, *([REQUESTS] if listening else [])]
            ready, _, _ = select.select(sources, [], [])
            if self._wakeup in ready:
                os.read(self._wakeup, 4096)
                self._reap()
            if REQUESTS in ready:
                data = os.read(REQUESTS, 65536)
                listening = bool(data)
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    self._handle(json.loads(line))

    def _handle(self, request: dict[str, Any]) -> None:
        if "run" in request:
            self._fork(request["run"])
            return
        for pid, worker in self._workers.items():
            if worker.folder == request["signal"]:
                os.kill(pid, request["number"])

    def _fork(self, folder: str) -> None:
        try:
            complaint, write_end = os.pipe()
            pid = os.fork()
        except OSError as error:  # out of processes or descriptors
            _report({"ended": folder, "error": f"no worker: {error.strerror}"})
            return
        if pid:
            os.close(write_end)
            self._workers[pid] = _Worker(folder, complaint)
            return
        try:
            # A worker that outlives the server must not hold its pipes open.
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, REQUESTS)
            os.dup2(null, REPORTS)
            run_attempt(Attempt(Path(folder)), self._lifeline)
        except BaseException as error:  # noqa: BLE001 - the driver tells the user
            os.write(write_end, f"its worker failed: {error}".encode()[:4096])
        finally:
            os._exit(0)

    def _reap(self) -> None:
        while self._workers:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            worker = self._workers.pop(pid)
            error = os.read(worker.complaint, 4096).decode("utf-8", "replace")
            os.close(worker.complaint)
            _report({"ended": worker.folder, "error": error})


def _report(message: dict[str, str]) -> None:
    with suppress(BrokenPipeError):  # nobody is left who wants to know
        os.write(REPORTS, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    _Server(lifeline=int(sys.argv[1])).serve()
