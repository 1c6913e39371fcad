"""The way through a search, where it does not go straight."""

from __future__ import annotations

import signal
from contextlib import closing
from typing import TYPE_CHECKING

from sweepflow.engine.engine import Engine
from sweepflow.engine.executors import LocalExecutor
from sweepflow.engine.plan import Plan
from sweepflow.search import Range, Search
from sweepflow.search.explore import Round, explore
from sweepflow.store import Home
from sweepflow.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sweepflow.engine.task import Task
    from sweepflow.search.study import Trial


class Interrupted:
    """A target with nothing to run, at which somebody presses Ctrl-C."""

    id = "search"

    def __init__(self) -> None:
        self.plans = 0

    def plan(self, trials: Sequence[Trial]) -> Round:
        self.plans += 1
        if self.plans > 1:  # the first one is a check
            raise KeyboardInterrupt
        return Round(Plan("none", ()), [{} for _ in trials])

    def patterns(self, task: Task) -> None:
        return None


def test_an_interrupt_between_rounds_ends_it_as_one_within(tmp_path: Path) -> None:
    search = Search(space={"x": Range(0.0, 1)}, metric="loss")
    with Store(Home.of(tmp_path)) as store, closing(LocalExecutor()) as executor:
        found = explore(search, Interrupted(), Engine(store, executor))
    assert found.signum == signal.SIGINT
    assert found.tried == []
