"""Looking up results that are known already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sweepflow.store.records import AtomRecord, Hit
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Found:
    """What is known for a fingerprint.

    Args:
        hit: The run that did the work.
        damaged: Those of its outputs, by name, whose bytes are not there as they were
            stored; a result with such an output is no result.
    """

    hit: Hit
    damaged: Mapping[str, AtomRecord]


def look_up(store: Store, fingerprints: Collection[str]) -> Mapping[str, Found]:
    """Give what is known, by fingerprint."""
    if not fingerprints:
        return {}
    return {
        fingerprint: Found(hit, damaged_outputs(store, hit))
        for fingerprint, hit in store.ledger.hits(fingerprints).items()
    }


def damaged_outputs(store: Store, hit: Hit) -> Mapping[str, AtomRecord]:
    """Give the outputs whose bytes are not intact, by name."""
    return {
        name: atom
        for name, atom in hit.outputs.items()
        if not store.objects.is_intact(atom.digest)
    }
