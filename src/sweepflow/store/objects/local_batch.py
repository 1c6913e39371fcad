"""Files on their way to be objects on a disk; `local` tells in which order and why."""

# With pathlib, many small files take nearly twice the time.
# ruff: noqa: PTH103, PTH104, PTH108, PTH110, PTH120, PTH123

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from sweepflow.store.objects import disk
from sweepflow.store.objects.backend import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from sweepflow.store.objects.backend import Source


class Disk(Protocol):
    """As much of `LocalBackend` as is used here."""

    temporary: str

    def place(self, name: str) -> tuple[str, str]: ...
    def stamped(self, name: str, size: int | None) -> bool | None: ...
    def stamp(self, name: str) -> None: ...
    def is_right(self, name: str) -> bool: ...


class LocalBatch:
    """Objects that are being stored together.

    Small ones that need not be durable come into place at once; all others wait in a
    folder under `tmp` for the end of the batch. Their names are in a file, since there
    may be very many.
    """

    def __init__(self, backend: Disk, *, durable: bool) -> None:
        self._backend = backend
        self._durable = durable
        self._folder: str | None = None
        self._count = 0
        self._lines: IO[bytes] | None = None

    def add(self, source: Source, suffix: str = "") -> tuple[str, int]:
        data = source.read(CHUNK)
        if more := source.read(CHUNK):
            return self._add_large([data, more], source, suffix)
        name = hashlib.sha256(data).hexdigest() + suffix
        stamped = self._backend.stamped(name, len(data))
        if stamped:
            pass
        elif self._durable:
            if not os.path.exists(f"{self._waiting()}/{name}"):
                disk.write(f"{self._waiting()}/{name}", data)
                self._wait(name)
        elif stamped is None or not self._backend.is_right(name):
            self._place(name, data)
        return name, len(data)

    def commit(self) -> None:
        """Bring all that waits into place, there to stay."""
        if not self._count:
            return
        waiting = self._waiting()
        paths = (f"{waiting}/{name}" for name in self._names())
        disk.write_out(paths, self._count, waiting)
        places: set[str] = set()
        for name in self._names():
            folder, path = self._backend.place(name)
            if folder not in places:
                os.makedirs(folder, exist_ok=True)
                places.add(folder)
            os.rename(f"{waiting}/{name}", path)
        above = {os.path.dirname(place) for place in places}
        disk.write_out([*places, *above], len(places), waiting)
        for name in self._names():
            self._backend.stamp(name)

    def close(self) -> None:
        """Remove what is not in place."""
        if self._lines is not None:
            self._lines.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _add_large(
        self, begun: list[bytes], source: Source, suffix: str
    ) -> tuple[str, int]:
        incoming = f"{self._waiting()}/incoming"
        digest = hashlib.sha256()
        size = 0
        with open(incoming, "wb") as target:
            for data in chain(begun, iter(lambda: source.read(CHUNK), b"")):
                digest.update(data)
                target.write(data)
                size += len(data)
            os.fchmod(target.fileno(), 0o444)
        name = digest.hexdigest() + suffix
        waiting = f"{self._waiting()}/{name}"
        if self._backend.stamped(name, size) or os.path.exists(waiting):
            os.unlink(incoming)
        else:
            os.rename(incoming, waiting)
            self._wait(name)
        return name, size

    def _place(self, name: str, data: bytes) -> None:
        folder, path = self._backend.place(name)
        temporary = f"{self._backend.temporary}/{secrets.token_hex(8)}"
        try:
            disk.write(temporary, data)
            try:
                try:
                    placed = disk.link(temporary, path)
                except FileNotFoundError:
                    os.makedirs(folder, exist_ok=True)
                    placed = disk.link(temporary, path)
            except FileExistsError:  # from before, or from somebody who was faster
                placed = self._backend.is_right(name)
            if not placed:
                disk.fsync(temporary)
                os.rename(temporary, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)

    def _waiting(self) -> str:
        if self._folder is None:
            self._folder = tempfile.mkdtemp(dir=self._backend.temporary)
        return self._folder

    def _wait(self, name: str) -> None:
        if self._lines is None:
            self._lines = tempfile.SpooledTemporaryFile(CHUNK)  # noqa: SIM115 - see close
        self._lines.write(f"{name}\n".encode())
        self._count += 1

    def _names(self) -> Iterator[str]:
        if self._lines is not None:
            self._lines.seek(0)
            yield from (line.decode().rstrip() for line in self._lines)
