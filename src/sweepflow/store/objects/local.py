"""Objects on a disk of this machine, or one that is mounted as such.

    objects/ab/cdef…        an object: the first two digits of its name, the others
    objects/tmp/<random>/   what a batch has written so far

How an object outlives a power cut: its bytes go to a file under `tmp`; the whole batch
is written out to the disk; each file is renamed into place; the folders of the new
names are written out. A name is therefore never on the disk before its bytes are, and
when the batch returns, all of it is. Writing out is an fsync for each file while they
are few. For many it is one `syncfs`, which writes out the whole file system: at a
hundred thousand small files it takes a fraction of the time of as many fsyncs. (Linux
reports a failing disk to `syncfs` from version 5.8 on; on an older one it takes
`verify` to find out.)

A process that dies at any point leaves no more than a folder under `tmp`; a later batch
removes it when it is a day old.
"""

# With pathlib, many small files take nearly twice the time.
# ruff: noqa: PTH101, PTH103, PTH104, PTH108, PTH110, PTH116, PTH120, PTH123

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from io import FileIO
from itertools import islice
from typing import TYPE_CHECKING

from sweepflow.store.objects.backend import CHUNK, Copy, DamagedError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from sweepflow.store.objects.backend import Source

OLD_SECONDS = 24 * 60 * 60
"""How long ago a batch has to have made its last file to be taken for dead."""

FEW = 16
"""Up to how many files an fsync for each is the faster way."""

MANY = 4096
"""How many names to hold in memory."""

_FICLONE = 0x40049409  # from linux/fs.h
_NO_CLONES = {
    *(errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.ENOSYS),
}
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP}


class LocalBackend:
    """Objects in a folder, which is made when the first one is stored."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._temporary = f"{self._root}/tmp"  # noqa: S108 - a folder of our own

    @contextmanager
    def batch(self) -> Generator[LocalBatch]:
        made = not os.path.exists(self._root)
        os.makedirs(self._temporary, exist_ok=True)
        if made:
            _fsync(os.path.dirname(self._root))
        self._remove_old()
        folder = tempfile.mkdtemp(dir=self._temporary)
        try:
            batch = LocalBatch(self, folder)
            yield batch
            batch.commit()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def place(self, name: str) -> tuple[str, str]:
        """Give the folder of an object, and its path."""
        folder = f"{self._root}/{name[:2]}"
        return folder, f"{folder}/{name[2:]}"

    def open(self, name: str) -> BinaryIO:
        return open(self.place(name)[1], "rb")

    def digest(self, name: str) -> str:
        digest = hashlib.sha256()
        with FileIO(self.place(name)[1]) as file:
            while data := file.read(CHUNK):
                digest.update(data)
        return digest.hexdigest()

    def size(self, name: str) -> int | None:
        try:
            return os.stat(self.place(name)[1]).st_size
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self.place(name)[1])

    def names(self) -> Iterator[str]:
        if not os.path.exists(self._root):
            return
        with os.scandir(self._root) as folders:
            for folder in folders:
                if len(folder.name) == 2 and folder.is_dir():
                    with os.scandir(folder) as files:
                        yield from (folder.name + file.name for file in files)

    def copy(self, copies: Iterable[Copy]) -> None:
        """See `Backend.copy`; a file that cannot be cloned is a hard link or a copy."""
        clones = True
        for copy in copies:
            source, target = self.place(copy.name)[1], copy.target
            size = self.size(copy.name)
            if size is None or copy.size not in {None, size}:
                raise DamagedError(copy.name)
            clones = clones and _clone(source, target)
            # The object itself is not executable, and a link would be the object.
            linked = not clones and not copy.executable and _link(source, target)
            if not clones and not linked:
                shutil.copyfile(source, target)
            if not linked:
                os.chmod(target, 0o555 if copy.executable else 0o444)

    def _remove_old(self) -> None:
        with os.scandir(self._temporary) as folders:
            for folder in folders:
                with suppress(FileNotFoundError):  # another process was faster
                    if folder.stat().st_mtime < time.time() - OLD_SECONDS:
                        shutil.rmtree(folder, ignore_errors=True)


class LocalBatch:
    """Files under `tmp` that are going to be objects, each with its name."""

    def __init__(self, backend: LocalBackend, folder: str) -> None:
        self._backend = backend
        self._folder = folder
        self._count = 0
        self._places: set[str] = set()  # folders with new names

    def add(self, source: Source, suffix: str = "") -> tuple[str, int]:
        temporary = f"{self._folder}/incoming"
        digest = hashlib.sha256()
        size = 0
        with open(temporary, "wb") as target:
            while data := source.read(CHUNK):
                digest.update(data)
                target.write(data)
                size += len(data)
            os.fchmod(target.fileno(), 0o444)
        name = digest.hexdigest() + suffix
        if self._has_intact(name, digest.hexdigest()):
            # Its name may be another process's doing, and not on the disk yet.
            self._places.add(self._backend.place(name)[0])
            os.unlink(temporary)
        else:
            os.rename(temporary, f"{self._folder}/{name}")
            self._count += 1
        return name, size

    def commit(self) -> None:
        """Bring all that was added into place; see the module for the order."""
        paths = (f"{self._folder}/{name}" for name in self._names())
        _write_out(paths, self._count, self._folder)
        # A scan may miss names where others leave the folder at the time: look again.
        while names := list(islice(self._names(), MANY)):
            for name in names:
                folder, path = self._backend.place(name)
                if folder not in self._places:
                    os.makedirs(folder, exist_ok=True)
                    self._places.add(folder)
                os.rename(f"{self._folder}/{name}", path)
        above = {os.path.dirname(place) for place in self._places}
        places = [*self._places, *above]
        _write_out(places, len(places), self._folder)

    def _names(self) -> Iterator[str]:
        with os.scandir(self._folder) as entries:
            yield from (entry.name for entry in entries)

    def _has_intact(self, name: str, digest: str) -> bool:
        try:
            return self._backend.digest(name) == digest
        except OSError:  # not there, or not to be read: to be replaced
            return False


def _write_out(paths: Iterable[str], count: int, within: str) -> None:
    """Return when files and folders, all on one file system, are on the disk."""
    if count > FEW and _sync_file_system(within):
        return
    for path in paths:
        _fsync(path)


def _sync_file_system(folder: str) -> bool:
    """Write out the file system of a folder, and tell whether this system can."""
    import ctypes

    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), folder)
    finally:
        os.close(descriptor)
    return True


def _fsync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clone(source: str, target: Path) -> bool:
    """Make a file that shares its blocks with another until one of them is written."""
    try:
        with open(source, "rb") as original, open(target, "xb") as clone:
            fcntl.ioctl(clone, _FICLONE, original.fileno())
    except OSError as error:
        if error.errno not in _NO_CLONES:
            raise
        with suppress(FileNotFoundError):
            os.unlink(target)
        return False
    return True


def _link(source: str, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        return False
    return True
