"""Completing the ledger from what drivers that died have left behind."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import SILENCE_SECONDS, Attempt
from sweepflow.engine.provenance import lives
from sweepflow.errors import StoreError
from sweepflow.store.records import AtomRecord, Ending

if TYPE_CHECKING:
    from sweepflow.engine.attempt import ExitRecord
    from sweepflow.store.ledger import Ledger
    from sweepflow.store.records import Run
    from sweepflow.store.store import Store


_EXPIRED = "its driver fell silent"
_LOST = "its worker died without a word"
_ALONE = "its driver died"  # before there was a worker, or it needs none


def ending(run_id: str, record: ExitRecord, user: str, attempts: int = 1) -> Ending:
    """Give what the ledger is told of how a run ended.

    Args:
        run_id: Of the run.
        record: How its last attempt ended.
        user: In whose name the outputs are kept.
        attempts: How many there were.
    """
    return Ending(
        run_id=run_id,
        status=record.outcome.status,
        finished_at=record.finished_at,
        exit_code=record.outcome.exit_code,
        error=record.outcome.error,
        cpu_seconds=record.cpu_seconds,
        max_rss=record.max_rss,
        attempts=attempts,
        outputs={
            output.name: AtomRecord.of(output, user, record.finished_at)
            for output in record.outputs
        },
        scalars=record.findings.scalars,
        facts=record.findings.facts,
    )


def settle(store: Store) -> None:
    """Complete the runs whose driver died before it could."""
    for run in store.ledger.runs(status="running"):
        settle_run(store, run)


def settle_run(store: Store, run: Run, *, expired: bool = False) -> bool:
    """Complete a run if its driver can't; say whether that was so.

    A run with an exit record ended as that says; one whose worker is gone without
    one was interrupted when it was last heard of.

    Args:
        store: Where it is recorded, and has its folder.
        run: A run that is said to be running.
        expired: Its driver lives perhaps, but was silent for so long that the run is
            taken from it.
    """
    if not expired and _is_driven(store.ledger, run):
        return False
    attempts = store.home.last_attempt(run.id)
    attempt = Attempt(store.home.attempt(run.id, attempts))
    if record := attempt.read_exit():
        store.ledger.commit([_taken_over(store, run, record, attempts)])
        return True
    if attempt.is_alive() and not expired:  # it will end its child and leave a record
        return False
    if not expired:
        attempt.kill_orphan()
    error = _EXPIRED if expired else _LOST if attempt.folder.exists() else _ALONE
    finished_at = max(run.started_at, attempt.last_sign())
    store.ledger.commit([Ending(run.id, "interrupted", finished_at, error=error)])
    return True


def _taken_over(store: Store, run: Run, record: ExitRecord, attempts: int) -> Ending:
    """Give the ending that a record tells of, once its outputs are on the disk."""
    try:
        with store.objects.in_use():
            store.objects.sync([output.digest for output in record.outputs])
    except StoreError as error:
        finished_at = record.finished_at
        return Ending(run.id, "interrupted", finished_at, error=error.message)
    return ending(run.id, record, run.provenance.user, attempts)


def _is_driven(ledger: Ledger, run: Run) -> bool:
    if run.driver is None:
        return False
    if run.provenance.host == socket.gethostname():
        return lives(run.driver)
    if run.fingerprint is None:
        return False  # its worker alone can tell
    lease = ledger.leases([run.fingerprint]).get(run.fingerprint)
    return lease is not None and time.time() - lease.beat_at < SILENCE_SECONDS
