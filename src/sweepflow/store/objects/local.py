"""Objects on a disk of this machine, or one that is mounted as such.

    objects/ab/cdef…        an object: the first two digits of its name, the others
    objects/tmp/<random>    what is being written, a file or a folder of files
    objects/lock            who is at work here; see `store.locks`

How an object outlives a power cut: its bytes go to a file under `tmp`; the whole batch
is written out to the disk; each file is renamed into place; the folders of the new
names are written out. A name is therefore never on the disk before its bytes are, and
when the batch returns, all of it is. Writing out is an fsync for each file while they
are few. For many it is one `syncfs`, which writes out the whole file system: at a
hundred thousand small files it takes a fraction of the time of as many fsyncs. (Linux
reports a failing disk to `syncfs` from version 5.8 on; on an older one it takes
`verify` to find out.)

The stamp. At the very end, with bytes and name on the disk, an object's time of change
is set to a second that follows from its digest. Whoever finds that time, and the size
where it is known, takes the object for intact and there to stay: one `stat`, however
large it is. All that writes to a file or cuts it short changes its time. An object
without its stamp is hashed, and stamped if it is right; so is one whose time was lost
in a copy of the store. Not seen by the stamp are bytes that went bad on the disk, and a
change by one who sets the time back; `verify` sees both, and takes the stamp away.

Not durable: small files are linked into place at once, without a stamp, and written
out and stamped when they are settled. A power cut before that may leave anything under
their names but a stamp, so the next to find them looks. What was already under a name
and may be relied on is never replaced by bytes that are not on the disk: a link does
not replace, and what replaces a damaged object is written out first.

A process that dies at any point leaves no more than something under `tmp`; a later
batch removes it when it is a day old.
"""

# With pathlib, many small files take nearly twice the time.
# ruff: noqa: PTH101, PTH103, PTH108, PTH110, PTH116, PTH120, PTH123

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager, suppress
from io import FileIO
from typing import TYPE_CHECKING

from sweepflow.store.objects import disk
from sweepflow.store.objects.backend import Copy, DamagedError, sha256
from sweepflow.store.objects.local_batch import LocalBatch

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from sweepflow.store.objects.backend import Objects

OLD_SECONDS = 24 * 60 * 60
"""How long ago something under `tmp` has to have changed to be taken for dead."""


class LocalBackend:
    """Objects in a folder, which is made when the first one is stored."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._ready = False
        self.temporary = f"{self._root}/tmp"  # noqa: S108 - a folder of our own

    @contextmanager
    def batch(self, *, durable: bool) -> Generator[LocalBatch]:
        if not (self._ready and os.path.exists(self.temporary)):
            self._prepare()
        batch = LocalBatch(self, durable=durable)
        try:
            yield batch
            batch.commit()
        finally:
            batch.close()

    def settle(self, objects: Objects) -> None:
        few: list[str] = []
        count = 0
        for name in self._loose(objects):
            count += 1
            if count <= disk.FEW:
                few.append(name)
        if not count:
            return

        def loose() -> Iterable[str]:
            return few if count <= disk.FEW else self._loose(objects)

        # All were there by now, so that what is stamped below was written out here.
        disk.write_out(self._with_folders(loose()), count, self._root)
        for name in loose():
            self._confirm(name)

    def check(self, objects: Objects) -> None:
        self.settle(objects)

    def distrust(self, name: str) -> None:
        with suppress(OSError):
            os.utime(self.place(name)[1])

    def place(self, name: str) -> tuple[str, str]:
        """Give the folder of an object, and its path."""
        folder = f"{self._root}/{name[:2]}"
        return folder, f"{folder}/{name[2:]}"

    def stamped(self, name: str, size: int | None) -> bool | None:
        """Tell whether an object has its stamp and size; None if it is not there."""
        try:
            found = os.stat(self.place(name)[1])
        except FileNotFoundError:
            return None
        right = size is None or found.st_size == size
        return right and found.st_mtime_ns == _stamp(name) * 10**9

    def stamp(self, name: str) -> None:
        """Set the stamp of an object that is right and there to stay, if allowed."""
        with suppress(OSError):  # such as another user's: it is hashed each time
            os.utime(self.place(name)[1], (_stamp(name), _stamp(name)))

    def is_right(self, name: str) -> bool:
        """Hash an object and tell whether it is what its name says."""
        try:
            return self.digest(name) == name[:64]
        except PermissionError:
            raise
        except OSError:  # not there, no file, or its disk fails
            return False

    def open(self, name: str) -> BinaryIO:
        return open(self.place(name)[1], "rb")

    def digest(self, name: str) -> str:
        with FileIO(self.place(name)[1]) as file:
            return sha256(file)

    def size(self, name: str) -> int | None:
        try:
            return os.stat(self.place(name)[1]).st_size
        except FileNotFoundError:
            return None

    def delete(self, names: Iterable[str]) -> None:
        folders: set[str] = set()
        for name in names:
            folder, path = self.place(name)
            with suppress(FileNotFoundError):
                os.unlink(path)
                folders.add(folder)
        disk.write_out(folders, len(folders), self._root)

    def found(self) -> Iterator[tuple[str, int]]:
        if not os.path.exists(self._root):
            return
        with os.scandir(self._root) as folders:
            places = [place for place in folders if len(place.name) == 2]
        for place in filter(os.DirEntry[str].is_dir, places):
            # At once, since what is given may be deleted before the next is.
            with os.scandir(place) as files:
                entries = list(files)
            for entry in entries:
                with suppress(FileNotFoundError):
                    yield place.name + entry.name, entry.stat().st_size

    def copy(self, copies: Iterable[Copy]) -> None:
        """See `Backend.copy`; a file that cannot be cloned is a hard link or a copy."""
        clones = True
        for copy in copies:
            source, target = self.place(copy.name)[1], copy.target
            self._look(copy.name, copy.size)
            clones = clones and disk.clone(source, target)
            # The object itself is not executable, and a link would be the object.
            linked = not clones and not copy.executable and disk.link(source, target)
            if not clones and not linked:
                shutil.copyfile(source, target)
            if not linked:
                os.chmod(target, 0o555 if copy.executable else 0o444)

    def _prepare(self) -> None:
        made = not os.path.exists(self.temporary)
        os.makedirs(self.temporary, exist_ok=True)
        if made:
            disk.fsync(os.path.dirname(self._root))
        with os.scandir(self.temporary) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another process was faster
                    if entry.stat().st_mtime > time.time() - OLD_SECONDS:
                        continue
                    if entry.is_dir():
                        shutil.rmtree(entry.path, ignore_errors=True)
                    else:
                        os.unlink(entry.path)
        self._ready = True

    def _look(self, name: str, size: int | None) -> None:
        """See that an object is right, there to stay or not."""
        if not self.stamped(name, size) and not self.is_right(name):
            raise DamagedError(name)

    def _loose(self, objects: Objects) -> Iterator[str]:
        """Give those that are there but without a stamp, or in another size."""
        for name, size in objects():
            stamped = self.stamped(name, size)
            if stamped is None:
                raise DamagedError(name)
            if not stamped:
                yield name

    def _with_folders(self, names: Iterable[str]) -> Iterator[str]:
        folders = {self._root}
        for name in names:
            folder, path = self.place(name)
            folders.add(folder)
            yield path
        yield from folders

    def _confirm(self, name: str) -> None:
        """Stamp an object that is there to stay if it is right."""
        path = self.place(name)[1]
        before = os.stat(path).st_mtime_ns
        if not self.is_right(name):
            raise DamagedError(name)
        if os.stat(path).st_mtime_ns == before:  # nobody wrote to it meanwhile
            self.stamp(name)


def _stamp(name: str) -> int:
    """Give a second between 2001 and 2010, which no file of ours comes by otherwise."""
    return 1_000_000_000 + int(name[:7], 16)
