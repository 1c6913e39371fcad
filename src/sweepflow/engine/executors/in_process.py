"""Steps in this very process: async ones in one loop, plain ones in threads."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import ExitRecord, Findings, StepResult
from sweepflow.engine.numbers import of_step
from sweepflow.engine.policy import family
from sweepflow.engine.step import perform, perform_async
from sweepflow.engine.task import Outcome, StepCall
from sweepflow.engine.worker import GRACE_SECONDS, TIMED_OUT

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Generator

    from sweepflow.engine.attempt import Attempt, TaskSpec
    from sweepflow.engine.executors.base import Executor
    from sweepflow.store.store import Store


class InProcessExecutor:
    """Runs async steps here, and hands everything else on, unless told otherwise.

    What a step here prints goes where all of this process's output goes.

    Args:
        store: Where the outputs go.
        others: Where the rest runs.
        plain: Run plain steps here, too, except those with a timeout or with GPUs:
            nothing can end a function in a thread, nor give it an environment.
    """

    def __init__(self, store: Store, others: Executor, *, plain: bool = False) -> None:
        self._store = store
        self._others = others
        self._plain = plain
        self._threads = _Threads()
        self._loop = _Loop()
        self._running: dict[Path, _Running] = {}
        self._workspaces = _Workspaces(store.home.workspace)

    def submit(self, attempt: Attempt, spec: TaskSpec) -> Future[ExitRecord]:
        if not self._takes(spec):
            return self._others.submit(attempt, spec)
        running = _Running(spec.numbers)
        self._running[attempt.folder] = running
        if _is_async(spec):
            running.cancel = self._loop.start(self._await(spec, running))
        else:
            self._threads.start(lambda: self._call(spec, running))
        running.future.add_done_callback(
            lambda _: self._running.pop(attempt.folder, None)
        )
        return running.future

    def cancel(self, attempt: Attempt, signum: int) -> None:
        running = self._running.get(attempt.folder)
        if running is None:
            self._others.cancel(attempt, signum)
            return
        error = f"interrupted by {signal.Signals(signum).name}"
        outcome = Outcome("interrupted", error=error)
        is_order = running.asked is not None  # once is a question, twice an order
        running.asked = outcome
        if running.cancel:
            running.cancel()
        if is_order:
            running.end(outcome)
            return
        timer = threading.Timer(GRACE_SECONDS, running.end, [outcome])
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        self._loop.close()
        self._threads.close()
        self._workspaces.close()
        self._others.close()

    def leaves_record(self, spec: TaskSpec) -> bool:
        return not self._takes(spec) and self._others.leaves_record(spec)

    def _takes(self, spec: TaskSpec) -> bool:
        is_step = isinstance(spec.action, StepCall)
        is_free = spec.timeout is None and spec.gpus is None
        return _is_async(spec) or (self._plain and is_step and is_free)

    def _call(self, spec: TaskSpec, running: _Running) -> None:
        cpu_before = time.thread_time()
        try:
            with self._workspace() as workspace:
                result = perform(spec, workspace, self._store)
        except OSError as error:
            result = _no_workspace(error)
        running.finish(result, time.thread_time() - cpu_before)

    async def _await(self, spec: TaskSpec, running: _Running) -> None:
        import asyncio

        try:
            with self._workspace() as workspace:
                async with asyncio.timeout(spec.timeout):
                    result = await perform_async(spec, workspace, self._store)
            running.finish(result)
        except TimeoutError:
            running.end(Outcome("failed", error=TIMED_OUT), raised=family(TimeoutError))
        except asyncio.CancelledError:
            running.end(running.asked or Outcome("interrupted", error="cancelled"))
        except OSError as error:
            running.finish(_no_workspace(error))

    @contextmanager
    def _workspace(self) -> Generator[Path]:
        folder = self._workspaces.take()
        try:
            yield folder
        finally:
            self._workspaces.give_back(folder)


def _is_async(spec: TaskSpec) -> bool:
    return isinstance(spec.action, StepCall) and spec.action.is_async


class _Workspaces:
    """Empty folders to work in, used again: removing one may wait for the disk."""

    def __init__(self, within: Path) -> None:
        self._within = within
        self._free: SimpleQueue[Path] = SimpleQueue()

    def take(self) -> Path:
        with suppress(Empty):
            return self._free.get_nowait()
        with suppress(FileExistsError):
            self._within.mkdir()
        return Path(tempfile.mkdtemp(dir=self._within))

    def give_back(self, folder: Path) -> None:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    os.unlink(entry)  # noqa: PTH108 - it is done for each step
        except OSError:  # there is a folder in it, or it is gone
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self._free.put(folder)

    def close(self) -> None:
        with suppress(Empty):
            while True:
                shutil.rmtree(self._free.get_nowait(), ignore_errors=True)


def _no_workspace(error: OSError) -> StepResult:
    reason = f"cannot make a folder to work in, {error.filename}: {error.strerror}"
    return StepResult(error=reason)


@dataclass(slots=True)
class _Running:
    """A step that runs here, and whether it was asked to end."""

    numbers: Path | None
    future: Future[ExitRecord] = field(default_factory=Future["ExitRecord"])
    started_at: float = field(default_factory=time.time)
    asked: Outcome | None = None
    cancel: Callable[[], None] | None = None

    def finish(self, result: StepResult, cpu_seconds: float = 0.0) -> None:
        if result.outputs is None:
            outcome = Outcome("failed", result.exit_code, result.error)
            self.end(outcome, result.raised, result.findings)
            return
        record = ExitRecord(
            Outcome("completed"),
            self.started_at,
            time.time(),
            cpu_seconds,
            outputs=result.outputs,
            findings=result.findings,
        )
        with suppress(InvalidStateError):  # it was given up before
            self.future.set_result(record)

    def end(
        self,
        outcome: Outcome,
        raised: tuple[str, ...] = (),
        findings: Findings | None = None,
    ) -> None:
        if findings is None and self.numbers:
            findings = Findings(of_step(self.numbers))
        record = ExitRecord(
            outcome,
            self.started_at,
            time.time(),
            raised=raised,
            findings=findings or Findings(),
        )
        with suppress(InvalidStateError):
            self.future.set_result(record)


class _Threads:
    """As many threads as work was started at a time; none of them keeps us alive."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._count = 0

    def start(self, function: Callable[[], None]) -> None:
        if not self._idle.acquire(blocking=False):
            self._count += 1
            threading.Thread(target=self._serve, daemon=True).start()
        self._work.put(function)

    def close(self) -> None:
        for _ in range(self._count):
            self._work.put(None)

    def _serve(self) -> None:
        while function := self._work.get():
            function()
            self._idle.release()


class _Loop:
    """One event loop in a thread of its own, started when it is first needed."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, work: Coroutine[None, None, None]) -> Callable[[], None]:
        """Start a coroutine, and give what cancels it."""
        import asyncio  # takes a while, and most workflows have no use for it

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=_serve, args=[self._loop], daemon=True
            )
            self._thread.start()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)

        def cancel() -> None:
            future.cancel()

        return cancel

    def close(self) -> None:
        if self._loop and self._thread:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(GRACE_SECONDS)  # one that is blocked is left behind
            if not self._thread.is_alive():
                self._loop.close()


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop until it is stopped, whatever a task of a step's own raises."""
    while True:
        try:
            loop.run_forever()
        except (SystemExit, KeyboardInterrupt):  # who awaits that task has it, too
            continue
        return
