"""Workers on this machine, forked from one small server process."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import Attempt, ExitRecord
from sweepflow.engine.task import Outcome, StepCall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from sweepflow.engine.attempt import TaskSpec

MOST_PATIENT = 2
"""How often a worker is asked to end its child before it is killed itself."""


class LocalExecutor:
    """Runs each attempt in a process of its own on this machine.

    When this process dies, however suddenly, the workers see it at the closed end of
    a pipe, and end what they run.

    Args:
        modules: What the steps to come need, imported once for all of them.
    """

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self._read_end, self._lifeline = os.pipe()
        self._modules = modules
        self._server: _Server | None = None
        self._closed = False

    def start(self) -> None:
        """Be ready for the first attempt; else that is when the server starts."""
        self._server = self._server or _Server(self._read_end, self._modules)

    def leaves_record(self, spec: TaskSpec) -> bool:  # noqa: ARG002 - see `Executor`
        return True

    def submit(self, attempt: Attempt, spec: TaskSpec) -> Future[ExitRecord]:
        if self._server and self._server.is_lost:  # what it ran is lost, the rest not
            self._server.close()
            self._server = None
        server = self._server = self._server or _Server(self._read_end, self._modules)
        try:
            attempt.prepare(spec)
            attempt.beat(None, worker=server.pid)
            live = _pickled(spec)
        except OSError as error:
            return _failed(f"cannot write {attempt.folder}: {error.strerror}")
        except Exception as error:  # noqa: BLE001 - from the methods of user's objects
            return _failed(f"cannot be handed to another process: {error}")
        return server.run(attempt, live, _ledger(spec))

    def cancel(self, attempt: Attempt, signum: int) -> None:
        if self._server:
            self._server.cancel(attempt, signum)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        os.close(self._lifeline)
        if self._server:
            self._server.close()
        os.close(self._read_end)


@dataclass(slots=True)
class _Running:
    """An attempt that a server runs, and how often it was asked to end it."""

    future: Future[ExitRecord] = field(default_factory=Future["ExitRecord"])
    started_at: float = field(default_factory=time.time)
    cancels: int = 0


class _Server:
    """A fork server, as its driver sees it; see `sweepflow.engine.forkserver`."""

    def __init__(self, lifeline: int, modules: Sequence[str]) -> None:
        setup = json.dumps({"path": sys.path, "modules": modules})
        module = ["-P", "-m", "sweepflow.engine.forkserver", str(lifeline), setup]
        # The new session keeps a Ctrl-C of the terminal away: it comes to the driver
        # alone, which passes it on. -P keeps the user's files from shadowing modules.
        self._process = subprocess.Popen(
            [sys.executable, *module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(lifeline,),
            start_new_session=True,
        )
        assert self._process.stdin  # noqa: S101 - they were asked for
        assert self._process.stdout  # noqa: S101
        self._requests: IO[bytes] = self._process.stdin
        self._reports: IO[bytes] = self._process.stdout
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self.is_lost = False
        self._collector = threading.Thread(target=self._collect, daemon=True)
        self._collector.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(
        self, attempt: Attempt, live: str | None, ledger: str | None
    ) -> Future[ExitRecord]:
        running = _Running()
        folder = str(attempt.folder)
        with self._lock:
            self._running[folder] = running
            lost = self.is_lost
        if lost or not self._request({"run": folder, "live": live, "ledger": ledger}):
            self._complete(folder, "the server of the local workers died")
        return running.future

    def cancel(self, attempt: Attempt, signum: int) -> None:
        folder = str(attempt.folder)
        with self._lock:
            running = self._running.get(folder)
        if running:
            patient = running.cancels < MOST_PATIENT
            running.cancels += 1
            number = signum if patient else signal.SIGKILL
            self._request({"signal": folder, "number": number})

    def close(self) -> None:
        """Ask for nothing more, and wait until all has ended."""
        with suppress(BrokenPipeError):
            self._requests.close()
        self._collector.join()
        self._reports.close()
        self._process.wait()

    def _request(self, request: Mapping[str, str | int | None]) -> bool:
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
        except BrokenPipeError:
            return False
        return True

    def _collect(self) -> None:
        """Complete the futures, in a thread, as the server reports."""
        for line in self._reports:
            report = json.loads(line)
            self._complete(report["ended"], report["error"] or "its worker died")
        with self._lock:
            self.is_lost = True
            left = list(self._running)
        for folder in left:
            self._complete(folder, "the server of the local workers died")

    def _complete(self, folder: str, error: str) -> None:
        """Complete a future by the exit record, or by `error` where there is none."""
        with self._lock:
            running = self._running.pop(folder, None)
        if running is None:
            return
        attempt = Attempt(Path(folder))
        record = attempt.read_exit()
        if record is None:
            attempt.kill_orphan()
            outcome = Outcome("failed", error=error)
            record = ExitRecord(outcome, running.started_at, time.time())
        running.future.set_result(record)


def _pickled(spec: TaskSpec) -> str | None:
    """Give what a step has here already, for the process that it gets."""
    data = spec.action.by_value() if isinstance(spec.action, StepCall) else None
    return None if data is None else base64.b64encode(data).decode("ascii")


def _ledger(spec: TaskSpec) -> str | None:
    """Give the address of the ledger that a step may ask."""
    is_step = isinstance(spec.action, StepCall)
    return str(spec.home.ledger) if is_step and spec.home else None


def _failed(error: str) -> Future[ExitRecord]:
    future: Future[ExitRecord] = Future()
    now = time.time()
    future.set_result(ExitRecord(Outcome("failed", error=error), now, now))
    return future
