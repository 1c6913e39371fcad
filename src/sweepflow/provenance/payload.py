"""The files of a crate: written into a folder or a zip file, and hashed on the way."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sweepflow.errors import StoreError
from sweepflow.store.objects import File, Folder, Link

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import IO

    from sweepflow.store.objects import ObjectStore
    from sweepflow.store.records import AtomRecord

CHUNK = 1 << 20
"""Bytes to read at once."""

SUMS = "SHA256SUMS"
"""The file that `sha256sum --check` reads."""

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r"})


class Sink(Protocol):
    """Where files go; paths are relative, with `/` between names."""

    def open(
        self, path: str, *, executable: bool = False
    ) -> AbstractContextManager[IO[bytes]]: ...
    def folder(self, path: str) -> None: ...
    def link(self, path: str, text: str) -> None: ...


class FolderSink:
    """Files in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(
        self, path: str, *, executable: bool = False
    ) -> AbstractContextManager[IO[bytes]]:
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(0o777 if executable else 0o666)
        return target.open("wb")

    def folder(self, path: str) -> None:
        (self._root / path).mkdir(parents=True, exist_ok=True)

    def link(self, path: str, text: str) -> None:
        (self._root / path).symlink_to(text)


class ZipSink:
    """Files in a zip file, whose bytes depend on nothing else."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def open(self, path: str, *, executable: bool = False) -> Generator[IO[bytes]]:
        mode = stat.S_IFREG | (0o755 if executable else 0o644)
        with self._archive.open(_entry(path, mode), "w", force_zip64=True) as file:
            yield file

    def folder(self, path: str) -> None:
        self._archive.writestr(_entry(f"{path}/", stat.S_IFDIR | 0o755), b"")

    def link(self, path: str, text: str) -> None:
        self._archive.writestr(_entry(path, stat.S_IFLNK | 0o777), os.fsencode(text))


class Payload:
    """What is being written, with a list of the digests of all files."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._sums = tempfile.SpooledTemporaryFile(CHUNK)  # noqa: SIM115 - see write_sums

    def write(
        self, path: str, chunks: Iterable[bytes], *, executable: bool = False
    ) -> str:
        """Write a file, and give the SHA-256 digest of its bytes."""
        seen = hashlib.sha256()
        with self._sink.open(path, executable=executable) as file:
            for chunk in chunks:
                seen.update(chunk)
                file.write(chunk)
        self._sums.write(_sum(seen.hexdigest(), path))
        return seen.hexdigest()

    def write_sums(self) -> None:
        """Write the list of digests, the last file of all."""
        with self._sums as sums, self._sink.open(SUMS) as file:
            sums.seek(0)
            for chunk in iter(lambda: sums.read(CHUNK), b""):
                file.write(chunk)

    def copy(self, objects: ObjectStore, atom: AtomRecord, path: str) -> None:
        """Write the file or folder that an atom is.

        Raises:
            StoreError: An object that it needs is missing, cannot be read, or does not
                hold what its digest says.
        """
        try:
            if atom.filename is None:
                self._copy_folder(objects, atom.digest, path)
            else:
                self._copy_file(objects, File(path, atom.digest, atom.size, False))
        except StoreError as error:
            raise StoreError(
                f"atom {atom.id} cannot be exported: {error.message}", hint=error.hint
            ) from None

    def _copy_folder(self, objects: ObjectStore, digest: str, path: str) -> None:
        self._sink.folder(path)
        for entry in objects.entries(digest):
            place = f"{path}/{entry.path}"
            match entry:
                case Folder():
                    self._sink.folder(place)
                case Link(_, text):
                    self._sink.link(place, text)
                case File(_, name, size, executable):
                    self._copy_file(objects, File(place, name, size, executable))

    def _copy_file(self, objects: ObjectStore, file: File) -> None:
        chunks = _chunks(objects, file.digest)
        found = self.write(file.path, chunks, executable=file.executable)
        if found != file.digest:
            raise StoreError(
                f"the object {file.digest} is damaged",
                hint="run what made it again; `sweepflow atoms verify` finds damage",
            )


def _chunks(objects: ObjectStore, digest: str) -> Iterator[bytes]:
    with objects.open(digest) as file:
        while True:
            try:
                chunk = file.read(CHUNK)
            except OSError as error:
                raise StoreError(
                    f"the object {digest} cannot be read: {error.strerror or error}"
                ) from error
            if not chunk:
                return
            yield chunk


def _entry(path: str, mode: int) -> zipfile.ZipInfo:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise StoreError(
            f"a zip file cannot hold {path!r}, whose name is no valid UTF-8",
            hint="export to a folder",
        ) from None
    entry = zipfile.ZipInfo(path)  # of 1980, not of now
    entry.external_attr = mode << 16
    entry.create_system = 3  # Unix, whatever the system: the mode is one of its own
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _sum(digest: str, path: str) -> bytes:
    """Give a line as `sha256sum` writes it, which marks a name that it escaped."""
    escaped = path.translate(_ESCAPES)
    mark = "" if escaped == path else "\\"
    return os.fsencode(f"{mark}{digest}  {escaped}\n")
