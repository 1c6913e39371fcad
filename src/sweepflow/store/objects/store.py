"""The object store: bytes named by their SHA-256 digest."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.store.objects import manifest, source
from sweepflow.store.objects.backend import CHUNK, Copy, DamagedError
from sweepflow.store.objects.damage import Damage
from sweepflow.store.objects.local import LocalBackend
from sweepflow.store.objects.manifest import Entry, File, Folder, Link
from sweepflow.store.objects.remote import RemoteBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import BinaryIO

    from sweepflow.store.objects.backend import Backend
    from sweepflow.store.objects.damage import Problem

TREE = ".tree"
"""Ends the digest of a folder, which is that of its manifest.

A file may hold the very bytes of a manifest; without this the two would be one object.
"""

_DIGEST = re.compile(rf"[0-9a-f]{{64}}({re.escape(TREE)})?")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AGAIN = "store the same content again, as by a run of what made it"


class ObjectStore:
    """Files and folders, stored once each under the digest of their content.

    A digest is 64 hexadecimal digits, for a folder with `.tree` behind them. That of a
    file covers its bytes alone; that of a folder the names, kinds, bytes and executable
    bits of all in it, and where its links lead. Same content, same digest.

    What `put` has returned is there to stay, power cut included; what it has not
    returned from is not there under its digest, or is there whole. Any number of
    processes may use a store at once. `delete` alone is not safe beside a `put` of the
    same content, which may just have found it there: see that there is none.

    Memory does not grow with the size of files, nor with what a folder holds but for
    the names in a single folder.

    Args:
        location: A folder, made when the first object is stored, or a URL of fsspec's
            such as `s3://bucket/folder`.

    All methods raise StoreError where the store cannot be used, an object is missing
    or the digest is none.
    """

    def __init__(self, location: Path | str) -> None:
        text = str(location)
        self._location = text
        self._backend: Backend = (
            RemoteBackend(text)
            if isinstance(location, str) and "://" in text
            else LocalBackend(Path(location).absolute())
        )

    def put(self, path: Path) -> str:
        """Store a file or a folder, and give its digest.

        A damaged object with the same content is replaced. Links in a folder are kept
        as links; `path` itself may be one and stands for what it leads to.

        Raises:
            StoreError: Something in it is neither file, folder nor link, or is a link
                that leads out of the folder, or cannot be read; or it cannot be
                stored. Nothing half-written is left.
        """
        with self._reported(f"store {path}"):
            if path.is_dir():
                return self._put_tree(str(path))
            path = path.resolve()
            with (
                source.open_regular(str(path), path.stat().st_mode) as file,
                self._backend.batch() as batch,
            ):
                return batch.add(file)[0]

    def put_bytes(self, data: bytes) -> str:
        """Store bytes as a file of them would be, and give their digest."""
        with self._reported("store bytes"), self._backend.batch() as batch:
            return batch.add(io.BytesIO(data))[0]

    def open(self, digest: str) -> BinaryIO:
        """Give the bytes of a file for reading; they are not checked.

        Raises:
            StoreError: It is a folder, or see the class.
        """
        if _name(digest).endswith(TREE):
            raise StoreError(
                f"{digest} is a folder, not a file",
                hint="`entries` gives the files in it",
            )
        with self._reading(digest):
            return self._backend.open(digest)

    def entries(self, digest: str) -> Iterator[Entry]:
        """Give what a folder holds, a folder in it before its content.

        Raises:
            StoreError: It is a file, or its manifest is damaged (at the last entry, if
                it still reads as one), or see the class.
        """
        if not _name(digest).endswith(TREE):
            raise StoreError(f"{digest} is a file, not a folder")
        seen = hashlib.sha256()
        with self._reading(digest), self._backend.open(digest) as file:
            try:
                yield from manifest.decode(_hashed(file, seen.update))
            except (ValueError, RecursionError):
                raise DamagedError(digest) from None
            if seen.hexdigest() + TREE != digest:
                raise DamagedError(digest)

    def materialize(self, digest: str, target: Path) -> None:
        """Make a file or folder of what is stored, all at once.

        Its files are read-only, and may share their blocks (reflink) or themselves
        (hard link) with the store; folders can be written. Bytes that come from a
        service are checked on the way, those on a disk by their size alone.

        Raises:
            StoreError: The target exists, cannot be made, or an object that it needs is
                missing or damaged. Then there is no target.
        """
        name = _name(digest)
        if os.path.lexists(target):
            raise StoreError(f"{target} exists", hint="name a path where nothing is")
        with self._reported(f"make {target} of {digest}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=".sweepflow-", dir=target.parent))
            built = temporary / "content"
            try:
                if name.endswith(TREE):
                    built.mkdir()
                    self._backend.copy(self._copies(digest, built))
                else:
                    self._backend.copy([Copy(name, built)])
                built.rename(target)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)

    def has(self, digest: str) -> bool:
        """Tell whether an object is there; of a folder, its manifest."""
        with self._reported(f"look for {digest}"):
            return self._backend.size(_name(digest)) is not None

    def size(self, digest: str) -> int:
        """Give the size in bytes; of a folder, of all the files in it."""
        if _name(digest).endswith(TREE):
            files = (e for e in self.entries(digest) if isinstance(e, File))
            return sum(file.size for file in files)
        with self._reading(digest):
            size = self._backend.size(digest)
            if size is None:
                raise FileNotFoundError
            return size

    def delete(self, digest: str) -> None:
        """Remove an object, if it is there; of a folder, its manifest alone.

        Other folders may have the same files. Remove a folder before its files.
        """
        with self._reported(f"delete {digest}"):
            self._backend.delete(_name(digest))

    def digests(self) -> Iterator[str]:
        """Give the digests of all objects, in no order."""
        with self._reported("list the objects"):
            yield from filter(_DIGEST.fullmatch, self._backend.names())

    def verify(self, digest: str) -> Iterator[Damage]:
        """Hash an object, and for a folder all files in it, and give the damage."""
        problem = self._problem(_name(digest))
        if problem:
            yield Damage(digest, problem)
        elif digest.endswith(TREE):
            for entry in self.entries(digest):
                if isinstance(entry, File):
                    problem = self._problem(entry.digest, entry.size)
                    if problem:
                        yield Damage(entry.digest, problem, digest, entry.path)

    def verify_all(self) -> Iterator[Damage]:
        """Hash every object once, and give the damage and what folders lack."""
        for digest in self.digests():
            problem = self._problem(digest)
            if problem:
                yield Damage(digest, problem)
            elif digest.endswith(TREE):
                for entry in self.entries(digest):
                    if isinstance(entry, File) and not self.has(entry.digest):
                        yield Damage(entry.digest, "missing", digest, entry.path)

    def _put_tree(self, root: str) -> str:
        with tempfile.SpooledTemporaryFile(CHUNK) as lines:
            lines.write(manifest.HEADER)
            with self._backend.batch() as batch:
                for path, mode in source.walk(root):
                    entry = source.store(root, path, mode, batch)
                    lines.write(manifest.encode(entry))
            lines.seek(0)
            # A batch of its own: no power cut leaves a manifest without its files.
            with self._backend.batch() as batch:
                return batch.add(lines, TREE)[0]

    def _copies(self, digest: str, root: Path) -> Iterator[Copy]:
        """Make the folders and links of a folder, and give the files to make."""
        for entry in self.entries(digest):
            target = root / entry.path
            match entry:
                case Folder():
                    target.mkdir()
                case Link(_, text):
                    target.symlink_to(text)
                case File(_, name, size, executable):
                    yield Copy(name, target, size, executable)

    def _problem(self, name: str, size: int | None = None) -> Problem | None:
        try:
            if self._backend.digest(name) == name.removesuffix(TREE):
                return None
            found = self._backend.size(name)
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "unreadable"
        return "truncated" if found is not None and size and found < size else "altered"

    @contextmanager
    def _reading(self, digest: str) -> Generator[None]:
        with self._reported(f"read {digest}"):
            try:
                yield
            except FileNotFoundError:
                raise StoreError(
                    f"{self._location} has no object {digest}", hint=_AGAIN
                ) from None

    @contextmanager
    def _reported(self, doing: str) -> Generator[None]:
        """Turn what a backend raises into what the user can mend."""
        try:
            yield
        except DamagedError as error:
            raise StoreError(
                f"cannot {doing}: the object {error} in {self._location} "
                "is missing or damaged",
                hint=_AGAIN,
            ) from None
        except OSError as error:
            where = f" ({os.fsdecode(error.filename)})" if error.filename else ""
            raise StoreError(
                f"cannot {doing}: {error.strerror or error}{where}",
                hint=f"make room in {self._location}, then do it again"
                if error.errno in _FULL
                else f"see that {self._location} can be reached, read and written",
            ) from error


def _hashed(file: BinaryIO, update: Callable[[bytes], None]) -> Iterator[bytes]:
    """Give the lines of a manifest, and each to `update`."""
    while line := file.readline(manifest.LONGEST):
        update(line)
        yield line


def _name(digest: str) -> str:
    """Give the digest itself if it is one; another text could be any path."""
    if not _DIGEST.fullmatch(digest):
        raise StoreError(
            f"{digest!r} is no digest of an object",
            hint=f"one has 64 digits of 0-9a-f, and {TREE} behind them for a folder",
        )
    return digest
