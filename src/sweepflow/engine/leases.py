"""Work that another run has the lease of: waiting for it, or taking over."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

from sweepflow.engine.recovery import settle_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.job import Job
    from sweepflow.store.records import Lease
    from sweepflow.store.store import Store

BEAT_SECONDS = 5.0
"""How often a driver says that it lives."""

LEASE_SECONDS = 30.0
"""After how long without that its leases may be taken over."""

LOOK_SECONDS = 0.2
"""How often is looked whether a lease has been given back."""


class Waiting:
    """Holds the jobs whose work is being done elsewhere, and watches those leases.

    Whether a driver is silent is measured on our own clock: by how long ago its last
    sign of life changed, whatever its own clock says.

    Args:
        store: Where the leases are.
        lease_seconds: After how long a silent driver loses them.
    """

    def __init__(self, store: Store, lease_seconds: float) -> None:
        self._store = store
        self._lease_seconds = lease_seconds
        self._watched: dict[str, tuple[Lease, float]] = {}
        self._jobs: defaultdict[str, list[Job]] = defaultdict(list)
        self._looked_at = 0.0

    @property
    def is_empty(self) -> bool:
        return not self._watched

    def hold(self, job: Job, lease: Lease) -> bool:
        """Hold a job until a lease is given back; say whether it is the first."""
        self._jobs[lease.fingerprint].append(job)
        if lease.fingerprint in self._watched:
            return False
        self._watched[lease.fingerprint] = (lease, time.monotonic())
        return True

    def drain(self) -> list[Job]:
        """Give all jobs, and watch nothing any more."""
        self._watched.clear()
        jobs = [job for jobs in self._jobs.values() for job in jobs]
        self._jobs.clear()
        return jobs

    def given_back(self) -> list[Job]:
        """Give the jobs that nobody works on any more; it is looked only so often.

        A driver that died gave its leases back with that, as did one that was silent
        for too long.
        """
        now = time.monotonic()
        if not self._watched or now - self._looked_at < LOOK_SECONDS:
            return []
        self._looked_at = now
        current = self._store.ledger.leases(self._watched)
        free = [f for f in self._watched if self._is_free(f, current, now)]
        for fingerprint in free:
            del self._watched[fingerprint]
        return [job for fingerprint in free for job in self._jobs.pop(fingerprint)]

    def _is_free(
        self, fingerprint: str, current: Mapping[str, Lease], now: float
    ) -> bool:
        lease = current.get(fingerprint)
        if lease is None:
            return True
        known, since = self._watched[fingerprint]
        if lease != known:  # a sign of life, or another holder
            self._watched[fingerprint] = (lease, now)
            since = now
        run = self._store.ledger.get(lease.run_id)
        expired = now - since > self._lease_seconds
        return settle_run(self._store, run, expired=expired)
