"""The engine: walks a plan, and records what it does."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweepflow.engine.capacity import Capacity
from sweepflow.engine.leases import LEASE_SECONDS
from sweepflow.engine.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Mapping

    from sweepflow.engine.events import Listener
    from sweepflow.engine.executors import Executor
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.result import Result
    from sweepflow.engine.task import Outcome
    from sweepflow.store.records import Run
    from sweepflow.store.store import Store

CacheUse: TypeAlias = Literal["use", "renew", "off"]


@dataclass(frozen=True, slots=True)
class Report:
    """How a plan ended.

    Args:
        results: For every task of the plan, by key.
        signum: The signal that ended it, or None.
    """

    results: Mapping[str, Result]
    signum: int | None = None

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """How each task ended, by key."""
        return {key: result.outcome for key, result in self.results.items()}

    @property
    def exit_status(self) -> int:
        """0 when all is done, 1 when something failed, 128 + N after signal N."""
        if self.signum is not None:
            return 128 + self.signum
        return 0 if all(r.outcome.is_done for r in self.results.values()) else 1


@dataclass
class Engine:
    """Runs plans.

    Args:
        store: Where runs are recorded, and what they make is kept.
        executor: Where the workers run.
        jobs: How many cores the tasks may use at a time; each uses one, unless it
            says otherwise.
        fail_fast: End everything at the first failure. Otherwise a failure holds up
            only what waits for it.
        cache: `use` known results; `renew` them, by doing the work again; or `off`:
            neither read nor write them.
        stages: Keys of the tasks that run, known or not; all others have to be known.
            None for no such rule.
        listeners: Are told of every event, in this thread.
        follows_numbers: Whether they are told what steps log, while these run.
        given_up: Runs that `end_task` has ended, by their fingerprints. What is the
            same is not run again: it is skipped, and they stand for it.
        lease_seconds: After how long a silent driver loses the work that it does.
    """

    store: Store
    executor: Executor
    jobs: int = 1
    fail_fast: bool = False
    cache: CacheUse = "use"
    stages: Collection[str] | None = None
    listeners: Iterable[Listener] = ()
    follows_numbers: bool = False
    given_up: Mapping[str, Run] = field(default_factory=dict[str, "Run"])
    lease_seconds: float = LEASE_SECONDS
    _walks: list[Walk] = field(default_factory=list[Walk], init=False)
    _signum: int | None = field(default=None, init=False)

    def run(self, plan: Plan) -> Report:
        """Run a plan to its end, and say how each task ended.

        SIGINT, SIGTERM and SIGHUP are passed on to what runs, and nothing new is
        started; a second one kills.

        Raises:
            PlanError: A task needs more than this machine has.
            StoreError: The store cannot be used.
        """
        capacity = Capacity(self.jobs)
        capacity.check(plan)
        with self.store.objects.in_use():
            walk = Walk(self, plan, capacity)
            self._walks.append(walk)
            if self._signum is not None:
                walk.interrupt(self._signum)
            try:
                with _signals_into(walk.interrupt):
                    results = walk.run()
            finally:
                self._walks.remove(walk)
        return Report(results, walk.signum)

    def interrupt(self, signum: int = signal.SIGINT) -> None:
        """End what runs or is run later, as the signal would; from any thread."""
        self._signum = signum
        for walk in list(self._walks):
            walk.interrupt(signum)

    def end_task(self, key: str, reason: str) -> None:
        """End a task that runs, and let the others go on.

        A listener may call it. The task is interrupted, with the reason as its error,
        unless it completes at that moment; it is not tried again, and what it gave by
        then is recorded. Where no task of that key runs nothing happens.
        """
        for walk in self._walks:
            walk.end_task(key, reason)


@contextmanager
def _signals_into(interrupt: Callable[[int], None]) -> Generator[None]:
    """Turn signals into messages for as long as a plan runs.

    Only the main thread may do so; a signal that is ignored (nohup) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        signum: signal.signal(signum, lambda n, _frame: interrupt(n))
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(signum) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
