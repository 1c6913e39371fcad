"""Work that another run has the lease of: waiting for it, or taking over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sweepflow.engine.recovery import settle_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.store.records import Lease
    from sweepflow.store.store import Store

BEAT_SECONDS = 5.0
"""How often a driver says that it lives."""

LEASE_SECONDS = 30.0
"""After how long without that its leases may be taken over."""

LOOK_SECONDS = 0.2
"""How often is looked whether a lease has been given back."""


class Waiting:
    """Watches leases of others, by fingerprint.

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
        self._looked_at = 0.0

    def watch(self, lease: Lease) -> None:
        """Watch a lease from now on."""
        self._watched[lease.fingerprint] = (lease, time.monotonic())

    def forget(self) -> None:
        """Watch nothing any more."""
        self._watched.clear()

    def given_back(self) -> list[str]:
        """Give the fingerprints of what nobody works on any more, at most so often.

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
        return free

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
