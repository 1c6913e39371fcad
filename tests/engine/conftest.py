"""An engine on real parts: a ledger on disk and workers of their own."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.engine import Engine, Report
from sweepflow.engine.events import Event, Listener, TaskOutput
from sweepflow.engine.executors import LocalExecutor
from sweepflow.engine.plan import Plan
from sweepflow.engine.task import Command, Task
from sweepflow.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sweepflow.store import Home
    from sweepflow.store.ledger import Ledger


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    with Store(home) as store:
        yield store


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return store.ledger


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor()
    yield executor
    executor.close()


@dataclass
class Bench:
    """Runs plans, and keeps what happened."""

    store: Store
    executor: LocalExecutor
    cwd: Path
    events: list[Event] = field(default_factory=list[Event])
    listeners: list[Listener] = field(default_factory=list[Listener])
    engine: Engine = field(init=False)  # of the latest run

    @property
    def home(self) -> Home:
        return self.store.home

    @property
    def ledger(self) -> Ledger:
        return self.store.ledger

    def run(self, *tasks: Task, jobs: int = 1, fail_fast: bool = False) -> Report:
        self.engine = Engine(
            self.store,
            self.executor,
            jobs=jobs,
            fail_fast=fail_fast,
            listeners=[self.events.append, *self.listeners],
        )
        return self.engine.run(Plan("bench", tasks))

    def sh(self, key: str, script: str, *, after: tuple[str, ...] = ()) -> Task:
        return Task(key, Command(("sh", "-c", script), str(self.cwd)), after=after)

    def py(self, key: str, script: str, *, timeout: float | None = None) -> Task:
        action = Command((sys.executable, "-c", script), str(self.cwd))
        return Task(key, action, timeout=timeout)

    def written(self, key: str) -> bytes:
        """Give what the events told of a task's output."""
        outputs = (e for e in self.events if isinstance(e, TaskOutput))
        return b"".join(e.data for e in outputs if e.task.key == key)


@pytest.fixture
def bench(store: Store, executor: LocalExecutor, tmp_path: Path) -> Bench:
    return Bench(store, executor, tmp_path)
