"""What a check of the store finds, by hashing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweepflow.store.objects import tree
from sweepflow.store.objects.backend import TREE
from sweepflow.store.objects.manifest import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sweepflow.store.objects.backend import Backend

Problem: TypeAlias = Literal["missing", "altered", "truncated", "unreadable"]
"""`truncated` is altered by being too short, which only a folder's entry tells."""


@dataclass(frozen=True, slots=True)
class Damage:
    """An object that does not hold what its digest says.

    Args:
        digest: Of the object.
        tree: The digest of the folder that needs it, if it was looked at for that.
        path: Its path in that folder.
    """

    digest: str
    problem: Problem
    tree: str | None = None
    path: str | None = None


def of_one(backend: Backend, digest: str) -> Iterator[Damage]:
    """Hash an object, and for a folder all files in it."""
    problem = _problem(backend, digest)
    if problem:
        yield Damage(digest, problem)
    elif digest.endswith(TREE):
        for entry in tree.entries(backend, digest):
            if isinstance(entry, File):
                problem = _problem(backend, entry.digest, entry.size)
                if problem:
                    yield Damage(entry.digest, problem, digest, entry.path)


def of_all(
    backend: Backend,
    objects: Iterable[tuple[str, int]],
    on_object: Callable[[str, int], None] | None,
) -> Iterator[Damage]:
    """Hash each object once, and look whether the files of folders are there."""
    for digest, size in objects:
        problem = _problem(backend, digest)
        if on_object:
            on_object(digest, size)
        if problem:
            yield Damage(digest, problem)
        elif digest.endswith(TREE):
            for entry in tree.entries(backend, digest):
                if isinstance(entry, File) and backend.size(entry.digest) is None:
                    yield Damage(entry.digest, "missing", digest, entry.path)


def _problem(backend: Backend, name: str, size: int | None = None) -> Problem | None:
    try:
        if backend.digest(name) == name.removesuffix(TREE):
            return None
        found = backend.size(name)
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "unreadable"
    backend.distrust(name)
    return "truncated" if found is not None and size and found < size else "altered"
