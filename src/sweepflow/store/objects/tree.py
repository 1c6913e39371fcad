"""What a stored folder needs: the objects that its manifest names."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sweepflow.store.objects import manifest
from sweepflow.store.objects.backend import TREE, DamagedError
from sweepflow.store.objects.manifest import Entry, File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from sweepflow.store.objects.backend import Backend


def entries(backend: Backend, digest: str) -> Iterator[Entry]:
    """Give what a folder holds, a folder in it before its content.

    Raises:
        FileNotFoundError: There is no such manifest.
        DamagedError: It is damaged; after the last entry, if it still reads as one.
    """
    seen = hashlib.sha256()
    with backend.open(digest) as file:
        try:
            yield from manifest.decode(_hashed(file, seen.update))
        except (ValueError, RecursionError):
            backend.distrust(digest)
            raise DamagedError(digest) from None
        if seen.hexdigest() + TREE != digest:
            backend.distrust(digest)
            raise DamagedError(digest)


def reached(
    backend: Backend, digests: Iterable[str]
) -> Iterator[tuple[str, int | None]]:
    """Give objects, and behind each folder its files, with sizes where they are known.

    Raises:
        FileNotFoundError: A folder's manifest is missing.
        DamagedError: One is damaged.
    """
    for digest in digests:
        yield digest, None
        if digest.endswith(TREE):
            for entry in entries(backend, digest):
                if isinstance(entry, File):
                    yield entry.digest, entry.size


def _hashed(file: BinaryIO, update: Callable[[bytes], None]) -> Iterator[bytes]:
    """Give the lines of a manifest, and each to `update`."""
    while line := file.readline(manifest.LONGEST):
        update(line)
        yield line
