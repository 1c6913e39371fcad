"""Ending runs that are running, each by itself."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sweepflow.engine.attempt import Attempt
from sweepflow.engine.provenance import lives
from sweepflow.engine.recovery import settle_run
from sweepflow.errors import SweepflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.store.records import Run
    from sweepflow.store.store import Store

_PAUSE_SECONDS: Final = 0.1

_PATIENCE_SECONDS: Final = 30.0
"""For how long is waited; what does not end when asked is killed after ten."""


class StopError(SweepflowError):
    """A run cannot be ended from here, or does not end."""

    exit_status = 1


def stop(store: Store, runs: Sequence[Run]) -> None:
    """End runs, and wait until they have ended; they count as interrupted.

    Of a run with steps, these are ended. If it is all that its driver is at, this is
    interrupted, and begins no other step.

    Args:
        store: Where they are recorded.
        runs: Which are running.

    Raises:
        StopError: One runs elsewhere, and none is ended; or one does not end.
        StoreError: The ledger cannot be used.
    """
    for run in runs:
        host = run.provenance.host
        if host != socket.gethostname():
            raise StopError(f"run {run.id} runs on {host}", hint="stop it there")
    asked: set[str] = set()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while left := [run for run in runs if not _has_ended(store, run.id)]:
        if time.monotonic() > deadline:
            raise _unended(left[0], was_asked=bool(asked))
        for run in left:
            _ask(store, run, asked)
        time.sleep(_PAUSE_SECONDS)


def _has_ended(store: Store, run_id: str) -> bool:
    run = store.ledger.get(run_id)
    return run.status != "running" or settle_run(store, run)


def _ask(store: Store, run: Run, asked: set[str]) -> None:
    """Ask a run to end as soon as it can be asked, and once: a second time kills."""
    if run.id in asked:
        return
    attempt = Attempt(store.home.attempt(run.id, store.home.last_attempt(run.id)))
    steps = [s for s in store.ledger.children(run.id) if s.status == "running"]
    if watcher := attempt.watcher():
        _signal(watcher, signal.SIGTERM)
        asked.add(run.id)
    elif steps and run.driver and _is_all_of_its_plan(store, run) and lives(run.driver):
        _signal(int(run.driver.partition(":")[0]), signal.SIGINT)
        asked.add(run.id)
    else:
        for step in steps:
            _ask(store, step, asked)


def _is_all_of_its_plan(store: Store, run: Run) -> bool:
    """Whether nothing else was asked for; of a batch, there are numbers in the keys."""
    every = store.ledger.runs(plan_id=run.plan_id, facts=False)
    alone = [each.id for each in every if each.parent is None] == [run.id]
    return alone and f":{run.name}".endswith(f":{run.task}")


def _signal(process: int, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(process, signum)


def _unended(run: Run, *, was_asked: bool) -> StopError:
    if was_asked:
        return StopError(
            f"run {run.id} was asked to end, and is still running",
            hint="look at it again later: sweepflow runs info",
        )
    process = (run.driver or "").partition(":")[0]
    return StopError(
        f"run {run.id} cannot be ended by itself: it is within the process {process}",
        hint=f"press Ctrl-C there, or write: kill -INT {process}",
    )
