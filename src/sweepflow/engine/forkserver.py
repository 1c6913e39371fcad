"""The fork server: starts the local workers without paying for an interpreter each.

    python -m sweepflow.engine.forkserver LIFELINE SETUP

It reads one JSON line a request from standard input:
`{"run": FOLDER, "live": PICKLE, "ledger": ADDRESS}`, whose address may hold a password
and is therefore in no file, or `{"signal": FOLDER, "number": N}`. It forks a worker for
each run, and writes a line when one has ended: `{"ended": FOLDER, "error": TEXT}`;
the text is empty unless the worker itself failed. LIFELINE is the descriptor of a pipe
that the driver holds open: its end is the end of the driver. SETUP is JSON: `path`, the
folders to import from, and `modules`, which are imported once, here, for all steps to
come.

It has one thread, which is what makes forking safe. Where importing the modules starts
others, it begins again without them, and each step has to import its own.
"""

from __future__ import annotations

import base64
import gc
import importlib
import json
import os
import pickle
import select
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweepflow.engine.attempt import Attempt
from sweepflow.engine.worker import PASSED_ON, run_attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUESTS = 0


@dataclass(frozen=True, slots=True)
class _Worker:
    """A forked worker; `complaint` is the read end of a pipe for its own failure."""

    folder: str
    complaint: int


class _Server:
    def __init__(self, lifeline: int, reports: int) -> None:
        self._lifeline = lifeline
        self._reports = reports
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
        pending = bytearray()  # a request may hold what a step carries along
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
                pending += data
                if b"\n" in data:
                    *lines, pending = pending.split(b"\n")
                    for line in lines:
                        self._handle(json.loads(line))

    def _handle(self, request: dict[str, Any]) -> None:
        if "run" in request:
            self._fork(request)
            return
        for pid, worker in self._workers.items():
            if worker.folder == request["signal"]:
                os.kill(pid, request["number"])

    def _fork(self, request: Mapping[str, str | None]) -> None:
        folder, live = str(request["run"]), request["live"]
        try:
            complaint, write_end = os.pipe()
            pid = os.fork()
        except OSError as error:  # out of processes or descriptors
            self._report(folder, f"no worker: {error.strerror}")
            return
        if pid:
            os.close(write_end)
            self._workers[pid] = _Worker(folder, complaint)
            return
        try:
            # A worker that outlives the server must not hold its pipes open.
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, REQUESTS)
            os.dup2(null, self._reports)
            # It was pickled by the driver a moment ago, and came through our pipe.
            thing = live and pickle.loads(base64.b64decode(live))  # noqa: S301
            if ledger := request["ledger"]:
                os.environ["SWEEPFLOW_LEDGER"] = ledger
            private = (write_end, self._reports, self._wakeup)
            run_attempt(
                Attempt(Path(folder)), self._lifeline, live=thing, private=private
            )
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
            self._report(worker.folder, error)

    def _report(self, folder: str, error: str) -> None:
        message = {"ended": folder, "error": error}
        with suppress(BrokenPipeError):  # nobody is left who wants to know
            os.write(self._reports, json.dumps(message).encode() + b"\n")


def _import(modules: list[str]) -> bool:
    """Import what the steps need; say whether one may fork afterwards."""
    for module in modules:
        with suppress(BaseException):  # the step that needs it says what is wrong
            importlib.import_module(module)
    # Not only Python's own threads count: libraries have theirs.
    tasks = Path("/proc/self/task")
    return not tasks.exists() or len(list(tasks.iterdir())) == 1


def main() -> None:
    """Serve, as the arguments say."""
    setup = json.loads(sys.argv[2])
    sys.path[:] = setup["path"]
    reports = os.dup(1)  # what modules print as they are imported is no report
    with open(os.devnull, "wb") as null:  # noqa: PTH123 - a descriptor is wanted
        os.dup2(null.fileno(), 1)
    if not _import(setup["modules"]):
        os.dup2(reports, 1)
        bare = json.dumps(setup | {"modules": []})
        module = ["-P", "-m", "sweepflow.engine.forkserver", sys.argv[1], bare]
        os.execv(sys.executable, [sys.executable, *module])  # noqa: S606
    gc.freeze()  # what is there already, no worker need look at, and so copy
    _Server(int(sys.argv[1]), reports).serve()


if __name__ == "__main__":
    main()
