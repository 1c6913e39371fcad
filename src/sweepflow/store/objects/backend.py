"""The seam between the store and the places that can hold its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

CHUNK = 1 << 20
"""Bytes to read at once."""


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


class Source(Protocol):
    """A file at its beginning, as far as it is needed to store it."""

    def read(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...


class Batch(Protocol):
    """Objects that are being stored together."""

    def add(self, source: Source, suffix: str = "") -> tuple[str, int]:
        """Take the bytes of a file.

        Returns:
            The object's name, which is the digest with the suffix, and its size.
        """
        ...


class Backend(Protocol):
    """A place that holds objects by name: 64 hexadecimal digits and maybe a suffix.

    Whoever sees an object under its name sees all of it, whatever else happens at the
    time: that is what each implementation has to see to. Any number of processes and
    threads may use one place at once.

    All methods raise OSError where the place does not do as it should, which is
    FileNotFoundError where it does not have the object.
    """

    def batch(self) -> AbstractContextManager[Batch]:
        """Store objects, all in place and there to stay once the context ends.

        An object that is already there is replaced unless it is intact. When an
        exception ends the context, what it had written is removed; some objects may
        have come into place, each of them whole.
        """
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

    def delete(self, name: str) -> None:
        """Remove an object, if there is one."""
        ...

    def names(self) -> Iterator[str]:
        """Give the names of all objects, in no order, and perhaps of strangers."""
        ...

    def copy(self, copies: Iterable[Copy]) -> None:
        """Make read-only files of objects; `copies` may make the folders as it goes.

        Raises:
            DamagedError: An object is missing or was seen to be damaged.
        """
        ...


class DamagedError(Exception):
    """An object is missing or not what its name says; carries the name."""
