"""The seam between the store and the places that can hold its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

CHUNK = 1 << 20
"""Bytes to read at once."""

TREE = ".tree"
"""Ends the name of a folder's manifest, which is the manifest's digest before it.

A file may hold the very bytes of a manifest; without this the two would be one object.
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """An object that is wanted as a file.

    Args:
        name: Of the object.
        target: Where to make the file; its folder exists, itself it does not.
        size: In bytes, where it is known.
    """

    name: str
    target: Path
    size: int | None = None
    executable: bool = False


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Source(Readable, Protocol):
    """A file at its beginning, as far as it is needed to store it."""

    def seek(self, offset: int, /) -> int: ...


class Batch(Protocol):
    """Objects that are being stored together."""

    def add(self, source: Source, suffix: str = "") -> tuple[str, int]:
        """Take the bytes of a file.

        Returns:
            The object's name, which is the digest with the suffix, and its size.
        """
        ...


Objects: TypeAlias = "Callable[[], Iterator[tuple[str, int | None]]]"
"""Gives names, as often as it is called, with sizes in bytes where they are known."""


class Backend(Protocol):
    """A place that holds objects by name: 64 hexadecimal digits and maybe a suffix.

    Whoever sees an object under its name sees all of it, whatever else happens at the
    time: that is what each implementation has to see to. Any number of processes and
    threads may use one place at once.

    All methods raise OSError where the place does not do as it should, which is
    FileNotFoundError where it does not have the object.
    """

    def batch(self, *, durable: bool) -> AbstractContextManager[Batch]:
        """Store objects, all in place once the context ends.

        If `durable`, they are there to stay then, and none is in place before its
        bytes are; else `settle` sees to that, and a power cut before it may leave
        some of them damaged.

        An object that is already there is replaced unless it is intact. When an
        exception ends the context, what it had written is removed; some objects may
        have come into place, each of them whole.
        """
        ...

    def settle(self, objects: Objects) -> None:
        """Return when objects are there to stay, whoever stored them.

        Raises:
            DamagedError: One is missing or was seen to be damaged.
        """
        ...

    def check(self, objects: Objects) -> None:
        """Return if objects are intact, as quickly as the place can tell.

        Raises:
            DamagedError: One is not.
        """
        ...

    def distrust(self, name: str) -> None:
        """See that an object, found to be damaged, is not taken for intact again."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Give an object's bytes for reading."""
        ...

    def digest(self, name: str) -> str:
        """Give the SHA-256 digest of the bytes that are there now, in hexadecimal."""
        ...

    def size(self, name: str) -> int | None:
        """Give an object's size in bytes, or None where there is no such object."""
        ...

    def delete(self, names: Iterable[str]) -> None:
        """Remove what is there of objects, gone to stay when this returns."""
        ...

    def found(self) -> Iterator[tuple[str, int]]:
        """Give the names and sizes of all objects, in no order, and of strangers."""
        ...

    def copy(self, copies: Iterable[Copy]) -> None:
        """Make read-only files of objects; `copies` may make the folders as it goes.

        Raises:
            DamagedError: An object is missing or was seen to be damaged.
        """
        ...


class DamagedError(Exception):
    """An object is missing or not what its name says; carries the name."""


def sha256(source: Readable) -> str:
    """Give the digest of what is left of a file, in hexadecimal."""
    digest = hashlib.sha256()
    while data := source.read(CHUNK):
        digest.update(data)
    return digest.hexdigest()
