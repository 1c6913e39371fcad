"""Bringing what has ended into the ledger, many at a time.

A commit waits for the disk, which takes as long as hundreds of small steps. What has
ended is therefore gathered for a moment: with a run that took its time, nothing waits;
short ones wait for each other, the longer the slower the disk is, so that most of the
time goes into the work. What a power cut can cost is that moment.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.store.records import AtomRecord, Ending, Reuse
    from sweepflow.store.store import Store

MOMENT_SECONDS = 0.05
LONGEST_MOMENT = 1.0
"""How much work, and how much time, may be at stake; on a slow disk."""

SHARE = 4.0
"""How many times as long as a commit took the next one is put off for."""


@dataclass(slots=True)
class Commits:
    """What has ended and is not in the ledger yet.

    Args:
        store: Where it goes.
    """

    store: Store
    _endings: list[Ending] = field(default_factory=list["Ending"])
    _reused: list[Reuse] = field(default_factory=list["Reuse"])
    _objects: list[str] = field(default_factory=list[str])
    _since: float = 0.0
    _at_stake: float = 0.0
    _moment: float = MOMENT_SECONDS

    def add(self, ending: Ending, seconds: float, objects: Sequence[str] = ()) -> None:
        """Take in a run that has ended.

        Args:
            ending: How.
            seconds: How long it took.
            objects: What it needs beside its outputs.
        """
        self._begin()
        self._endings.append(ending)
        self._at_stake += seconds
        self._objects += objects
        self._objects += (atom.digest for atom in ending.outputs.values())

    def reuse(self, reuse: Reuse) -> None:
        """Take in a run that took its outputs from another."""
        self._begin()
        self._reused.append(reuse)

    def hold(self, atoms: Mapping[str, AtomRecord]) -> bool:
        """Say whether one of these atoms was made by what is still to be written."""
        wanted = {atom.id for atom in atoms.values()}
        made = (atom.id for e in self._endings for atom in e.outputs.values())
        return bool(wanted) and not wanted.isdisjoint(made)

    @property
    def is_empty(self) -> bool:
        return not self._endings and not self._reused

    def patience(self) -> float:
        """Give the seconds that the next commit may be put off for."""
        if self._at_stake >= self._moment:
            return 0.0
        return max(0.0, self._since + self._moment - time.monotonic())

    def write(self) -> frozenset[str]:
        """Make all of it durable: bytes first, then one transaction.

        Returns:
            The ids of runs that another driver has taken over. If there are any, they
            are dropped, and the others are still to be written.
        """
        began = time.monotonic()
        self.store.objects.sync(self._objects)
        fenced = self.store.ledger.commit(self._endings, self._reused)
        wanted = SHARE * (time.monotonic() - began)
        self._moment = min(max(wanted, MOMENT_SECONDS), LONGEST_MOMENT)
        self._endings = [e for e in self._endings if fenced and e.run_id not in fenced]
        self._objects.clear()
        if not fenced:
            self._reused.clear()
            self._at_stake = 0.0
        return fenced

    def _begin(self) -> None:
        if self.is_empty:
            self._since = time.monotonic()
