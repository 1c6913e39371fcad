"""Completing the ledger from the folders that runs left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.engine.attempt import Attempt

if TYPE_CHECKING:
    from sweepflow.engine.attempt import ExitRecord
    from sweepflow.store.home import Home
    from sweepflow.store.ledger import Ledger


def record_end(ledger: Ledger, run_id: str, record: ExitRecord) -> None:
    """Write into the ledger how a run ended."""
    ledger.finish(
        run_id,
        status=record.outcome.status,
        exit_code=record.outcome.exit_code,
        error=record.outcome.error,
        finished_at=record.finished_at,
        cpu_seconds=record.cpu_seconds,
        max_rss=record.max_rss,
    )


def settle(home: Home, ledger: Ledger) -> None:
    """Complete the runs whose driver died before it could.

    A run with an exit record ended as that says; one whose worker is gone without
    one was interrupted when it was last heard of.
    """
    for run in ledger.runs(status="running"):
        attempt = Attempt(home.attempt(run.id))
        if record := attempt.read_exit():
            record_end(ledger, run.id, record)
        elif not attempt.is_alive():
            attempt.kill_orphan()
            ledger.finish(
                run.id,
                status="interrupted",
                error="its worker died without a word",
                finished_at=max(run.started_at, attempt.last_sign()),
            )
