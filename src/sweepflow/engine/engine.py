"""The engine: walks a plan, and records what it does."""

from __future__ import annotations

import secrets
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from sweepflow.engine.attempt import Attempt, ExitRecord, TaskSpec
from sweepflow.engine.events import (
    Interrupted,
    PlanStarted,
    TaskFinished,
    TaskOutput,
    TaskSkipped,
    TaskStarted,
)
from sweepflow.engine.output import CHUNK_BYTES, OutputReader
from sweepflow.engine.provenance import observe
from sweepflow.engine.recovery import record_end
from sweepflow.engine.task import Outcome
from sweepflow.store.ledger import Run

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from sweepflow.engine.events import Event, Listener
    from sweepflow.engine.executors import Executor
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.provenance import Provenance
    from sweepflow.engine.task import Task
    from sweepflow.store.home import Home
    from sweepflow.store.ledger import Ledger

OUTPUT_SECONDS = 0.1
"""How often the output of what runs is looked at."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a plan ended.

    Args:
        outcomes: For every task of the plan, by key.
        signum: The signal that ended it, or None.
    """

    outcomes: Mapping[str, Outcome]
    signum: int | None = None

    @property
    def exit_status(self) -> int:
        """0 when all is done, 1 when something failed, 128 + N after signal N."""
        if self.signum is not None:
            return 128 + self.signum
        done = all(outcome.status == "completed" for outcome in self.outcomes.values())
        return 0 if done else 1


@dataclass(slots=True)
class _Running:
    """A task that was started; it stays one until all its output was told.

    Args:
        behind: Whether there is output that is known and was not told.
        record: How it ended, once it has.
    """

    task: Task
    run_id: str
    attempt: Attempt
    output: OutputReader
    behind: bool = False
    record: ExitRecord | None = None


@dataclass(frozen=True, slots=True)
class _Ended:
    running: _Running
    record: ExitRecord


@dataclass(frozen=True, slots=True)
class _Signal:
    signum: int


_Message: TypeAlias = _Ended | _Signal


@dataclass
class Engine:
    """Runs plans.

    Args:
        home: Where the folders of the runs are made.
        ledger: Where the runs are recorded.
        executor: Where the workers run.
        jobs: How many tasks may run at a time.
        fail_fast: End everything at the first failure. Otherwise a failure holds up
            only what waits for it.
        listeners: Are told of every event, in this thread.
    """

    home: Home
    ledger: Ledger
    executor: Executor
    jobs: int = 1
    fail_fast: bool = False
    listeners: Iterable[Listener] = ()

    def run(self, plan: Plan) -> Report:
        """Run a plan to its end, and say how each task ended.

        SIGINT, SIGTERM and SIGHUP are passed on to what runs, and nothing new is
        started; a second one kills.

        Raises:
            StoreError: The ledger cannot be written.
        """
        walk = _Walk(self, plan, observe(Path()))
        with _signals_into(walk.messages):
            return walk.run()


class _Walk:
    """One walk over one plan: what is ready, what runs, and what has ended."""

    def __init__(self, engine: Engine, plan: Plan, provenance: Provenance) -> None:
        self.messages: SimpleQueue[_Message] = SimpleQueue()
        self._engine = engine
        self._plan = plan
        self._provenance = provenance
        self._id = secrets.token_hex(8)
        self._sorter = plan.sorter()
        self._running: dict[str, _Running] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._stopped: str | None = None
        self._signum: int | None = None

    def run(self) -> Report:
        self._tell(PlanStarted(self._plan))
        tasks = {task.key: (n, task) for n, task in enumerate(self._plan.tasks)}
        ready: list[tuple[int, str]] = []  # a heap, so that the plan's order holds
        self._sorter.prepare()
        while self._sorter.is_active():
            for key in self._sorter.get_ready():
                heappush(ready, (tasks[key][0], key))
            while ready and len(self._running) < self._engine.jobs:
                _, key = heappop(ready)
                self._begin(tasks[key][1])
            if self._running:
                self._wait()
        return Report(self._outcomes, self._signum)

    def _begin(self, task: Task) -> None:
        if reason := self._stopped or self._held_up_by(task):
            outcome = Outcome("skipped", error=reason)
            self._tell(TaskSkipped(task, outcome))
            self._settle(task, outcome)
            return
        run_id = secrets.token_hex(8)
        attempt = Attempt(self._engine.home.attempt(run_id))
        started_at = time.time()
        problem = _prepare(attempt, task)
        self._engine.ledger.start(self._row(task, run_id, started_at))
        self._tell(TaskStarted(task, run_id))
        running = _Running(task, run_id, attempt, OutputReader(attempt.output))
        self._running[task.key] = running
        if problem:
            outcome = Outcome("failed", error=problem)
            record = ExitRecord(outcome, started_at, time.time(), 0.0, 0)
            self.messages.put(_Ended(running, record))
            return
        self._engine.executor.submit(attempt).add_done_callback(
            lambda future: self.messages.put(_Ended(running, future.result()))
        )

    def _held_up_by(self, task: Task) -> str | None:
        for key in task.after:
            if self._outcomes[key].status != "completed":
                return f"{key} did not complete"
        return None

    def _row(self, task: Task, run_id: str, started_at: float) -> Run:
        seen = self._provenance
        return Run(
            id=run_id,
            plan_id=self._id,
            name=self._plan.name,
            task=task.key,
            command=task.action.display(),
            params=task.params,
            cwd=task.action.cwd,
            host=seen.host,
            user=seen.user,
            git_commit=seen.git_commit,
            git_dirty=seen.git_dirty,
            python=seen.python,
            sweepflow=seen.sweepflow,
            started_at=started_at,
        )

    def _wait(self) -> None:
        """Wait a moment for a message, then tell a little of what was written."""
        behind = any(running.behind for running in self._running.values())
        try:
            message = self.messages.get(timeout=0 if behind else OUTPUT_SECONDS)
        except Empty:
            message = None
        if isinstance(message, _Ended):
            message.running.record = message.record
        elif message is not None:
            self._interrupt(message.signum)
        for running in list(self._running.values()):
            if data := running.output.read():
                self._tell(TaskOutput(running.task, data))
            running.behind = len(data) == CHUNK_BYTES
            # Who interrupts does not want to see the rest of a flood; the log has it.
            if running.record and (self._signum or not running.behind):
                self._end(running, running.record)

    def _end(self, running: _Running, record: ExitRecord) -> None:
        record_end(self._engine.ledger, running.run_id, record)
        self._tell(
            TaskFinished(
                running.task,
                running.run_id,
                record.outcome,
                record.finished_at - record.started_at,
                running.attempt.output,
            )
        )
        del self._running[running.task.key]
        self._settle(running.task, record.outcome)
        if self._engine.fail_fast and record.outcome.status != "completed":
            self._stop(f"{running.task.key} failed", signal.SIGTERM)

    def _settle(self, task: Task, outcome: Outcome) -> None:
        self._outcomes[task.key] = outcome
        self._sorter.done(task.key)

    def _interrupt(self, signum: int) -> None:
        self._signum = signum
        self._tell(Interrupted(signum))
        self._stop(f"interrupted by {signal.Signals(signum).name}", signum)

    def _stop(self, reason: str, signum: int) -> None:
        """Start nothing more, and pass a signal on to what runs."""
        self._stopped = self._stopped or reason
        for running in self._running.values():
            self._engine.executor.cancel(running.attempt, signum)

    def _tell(self, event: Event) -> None:
        for listener in self._engine.listeners:
            listener(event)


def _prepare(attempt: Attempt, task: Task) -> str | None:
    """Write the attempt's folder; say what went wrong, if anything did."""
    try:
        attempt.prepare(TaskSpec(task.action, task.timeout))
    except OSError as error:
        return f"cannot write {attempt.folder}: {error.strerror}"
    return None


@contextmanager
def _signals_into(messages: SimpleQueue[_Message]) -> Generator[None]:
    """Turn signals into messages for as long as a plan runs.

    Only the main thread may do so; a signal that is ignored (nohup) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # `put` of a SimpleQueue may be called in the midst of itself: safe in a handler.
    before = {
        signum: signal.signal(signum, lambda n, _frame: messages.put(_Signal(n)))
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(signum) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
