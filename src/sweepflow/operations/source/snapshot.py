"""The source of an operation as it is at one moment, kept as an object."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sweepflow.errors import ProjectError, StoreError
from sweepflow.operations.source.content import State, are_settled, state_of

if TYPE_CHECKING:
    from sweepflow.operations.source.files import Source
    from sweepflow.store.store import Store

_MOST: Final = 100
"""Snapshots that are remembered."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Files that are kept.

    Args:
        source: Which.
        digest: Of the object.
        states: Theirs, from before they were read.
    """

    source: Source
    digest: str
    states: tuple[State | None, ...]

    def holds(self) -> bool:
        """Say whether the files are still as they were."""
        return self.states == _states(self.source)


def snapshot_of(source: Source, store: Store) -> Snapshot:
    """Keep files in the store, as one object, which is not there to stay until `sync`.

    Raises:
        ProjectError: A file cannot be read.
        StoreError: They cannot be stored.
    """
    states = _states(source)
    if None in states:  # one has just been removed
        there = zip(source.paths, states, strict=True)
        paths = tuple(path for path, state in there if state)
        return snapshot_of(replace(source, paths=paths), store)
    key = (str(store.home.objects), str(source.root), source.paths)
    known = _known.get(key)
    if known and known.states == states and store.objects.is_intact(known.digest):
        return known
    try:
        digest = store.objects.put_files(
            source.root, source.paths, durable=False
        ).digest
    except StoreError:
        _check(source)
        raise
    made = Snapshot(source, digest, states)
    if are_settled(states) and made.holds():
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = made
    return made


def _states(source: Source) -> tuple[State | None, ...]:
    return tuple(state_of(f"{source.root}/{path}") for path in source.paths)


def _check(source: Source) -> None:
    """Say so if a file cannot be read."""
    for path in source.paths:
        if not os.access(source.root / path, os.R_OK):
            raise ProjectError(
                f"{source.root / path} is source code and cannot be read",
                hint="allow that, or leave it out with 'sourcecode: "
                f"[{{exclude: {path}}}]'",
            )


_known: dict[tuple[str, str, tuple[str, ...]], Snapshot] = {}
