"""Looking after what is stored: finding what is damaged, removing what nobody needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.atom.files import FOLDER
from sweepflow.store.objects import Damage, File

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterator, Sequence

    from sweepflow.store.objects import Collected
    from sweepflow.store.records import AtomRecord
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with the objects of a store.

    Args:
        damage: Each thing that is wrong.
        atoms: Ids of those that cannot be used because of it.
    """

    damage: Sequence[Damage]
    atoms: Sequence[str]


def verify(store: Store, on_object: Callable[[str, int], None] | None = None) -> Report:
    """Hash every stored object.

    Args:
        store: Whose objects.
        on_object: Gets the digest and size of each object that was hashed.

    Raises:
        StoreError: The store cannot be read.
    """
    with store.objects.in_use():
        damage = list(store.objects.verify_all(on_object))
        altered = frozenset(
            digest for found in damage for digest in (found.digest, found.tree)
        )
        atoms: list[str] = []
        for atom in store.catalog.kept_atoms():
            if not store.objects.has(atom.digest):
                damage.append(Damage(atom.digest, "missing"))
                atoms.append(atom.id)
            elif altered and _needs(atom, altered, store):
                atoms.append(atom.id)
        damage += (
            Damage(digest, "missing")
            for digest in store.catalog.kept_sources()
            if not store.objects.has(digest)
        )
    return Report(damage, atoms)


def collect(store: Store, *, dry_run: bool = False) -> Collected:
    """Remove the objects that no kept run and no atom from outside needs.

    Args:
        store: Whose objects. No other ledger may name objects in the same place.
        dry_run: Whether only to tell what would be removed.

    Raises:
        StoreError: Something uses the store, or it cannot be changed.
    """
    if not dry_run:
        _remove_copies(store)
    return store.objects.collect(lambda: needed(store), dry_run=dry_run)


def needed(store: Store, without: Collection[str] = ()) -> Iterator[str]:
    """Give the digests of the objects that may not be removed.

    Args:
        store: Whose objects.
        without: Ids of runs that count as if they were not kept any more.

    Raises:
        StoreError: The store cannot be read.
    """
    for atom in store.catalog.kept_atoms(without):
        yield atom.digest
    yield from store.catalog.kept_sources(without)


def _remove_copies(store: Store) -> None:
    """Remove the files that were made of atoms nobody needs, and half-made ones."""
    folder = store.home.root / FOLDER
    with store.objects.alone():
        if not folder.is_dir():
            return
        kept = {atom.id for atom in store.catalog.kept_atoms()}
        for path in folder.iterdir():
            if path.name.removesuffix(".lock") in kept:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _needs(atom: AtomRecord, digests: Container[str | None], store: Store) -> bool:
    """Tell whether one of these objects is an atom's, or is in its folder."""
    if atom.digest in digests:
        return True
    if atom.filename is not None:
        return False
    entries = store.objects.entries(atom.digest)
    return any(isinstance(entry, File) and entry.digest in digests for entry in entries)
