"""Removing what nothing needs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.store.objects import tree
from sweepflow.store.objects.backend import TREE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sweepflow.store.objects.backend import Backend


@dataclass(frozen=True, slots=True)
class Collected:
    """How many objects a collection removes, and the sum of their sizes in bytes."""

    objects: int
    bytes: int


def collect(
    backend: Backend,
    found: Callable[[], Iterator[tuple[str, int]]],
    keep: Iterable[str],
    *,
    dry_run: bool,
) -> Collected:
    """Remove what `found` gives and `keep` does not reach.

    Raises:
        DamagedError: The manifest of a folder to keep is damaged, so that nobody knows
            what it needs. Nothing has been removed then.
    """
    reached: set[str] = set()
    for digest in keep:
        if digest not in reached:
            with suppress(FileNotFoundError):  # then there is nothing to keep of it
                reached.update(name for name, _ in tree.reached(backend, [digest]))
    objects = size = 0

    def garbage(*, trees: bool) -> Iterator[str]:
        nonlocal objects, size
        for name, its_size in found():
            if name.endswith(TREE) == trees and name not in reached:
                objects, size = objects + 1, size + its_size
                yield name

    # No folder is ever left without its files, wherever this is cut short.
    for trees in (True, False):
        if dry_run:
            for _ in garbage(trees=trees):
                pass
        else:
            backend.delete(garbage(trees=trees))
    return Collected(objects, size)
