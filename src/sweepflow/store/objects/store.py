"""The object store: bytes named by their SHA-256 digest."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import stat
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.store import locks
from sweepflow.store.objects import (
    damage,
    garbage,
    manifest,
    report,
    source,
    tree,
)
from sweepflow.store.objects.backend import CHUNK, TREE, Copy, DamagedError
from sweepflow.store.objects.local import LocalBackend
from sweepflow.store.objects.manifest import Entry, File, Folder, Link
from sweepflow.store.objects.remote import RemoteBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from sweepflow.store.objects.backend import Backend, Batch
    from sweepflow.store.objects.damage import Damage
    from sweepflow.store.objects.garbage import Collected

_DIGEST = re.compile(rf"[0-9a-f]{{64}}({re.escape(TREE)})?")


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored.

    Args:
        digest: By which it is found.
        size: Bytes; of a folder, of all the files in it.
    """

    digest: str
    size: int


class ObjectStore:
    """Files and folders, stored once each under the digest of their content.

    A digest is 64 hexadecimal digits, for a folder with `.tree` behind them. That of a
    file covers its bytes alone; that of a folder the names, kinds, bytes and executable
    bits of all in it, and where its links lead. Same content, same digest.

    What `put` has returned is there to stay, power cut included; what it has not
    returned from is not there under its digest, or is there whole. With `durable=False`
    this holds but for a power cut, until `sync`. Any number of processes and threads
    may use a store at once.

    Who stores something and later relies on its being there, or on what was there,
    holds `in_use` for that time, so that no garbage is collected meanwhile. `delete`
    does not look at that: it is for objects that nobody can be using.

    Memory does not grow with the size of files, nor with what a folder holds but for
    the names in a single folder.

    Args:
        location: A folder, made when the first object is stored, or a URL of fsspec's
            such as `s3://bucket/folder`.
        locks: For a URL, a folder for the lock of `in_use`; all who use the same URL
            name the same folder, or know of each other in another way.

    All methods raise StoreError where the store cannot be used, an object is missing
    or the digest is none.
    """

    def __init__(self, location: Path | str, *, locks: Path | None = None) -> None:
        text = str(location)
        self._location = text
        self._backend: Backend
        self._lock: Path | None
        if isinstance(location, str) and "://" in text:
            self._backend = RemoteBackend(text)
            name = f"objects-{hashlib.sha256(text.encode()).hexdigest()[:16]}.lock"
            self._lock = locks and locks / name
        else:
            folder = Path(location).absolute()
            self._backend = LocalBackend(folder)
            self._lock = folder / "lock"

    def put(self, path: Path, *, durable: bool = True) -> Stored:
        """Store a file or a folder.

        A damaged object with the same content is replaced. Links in a folder are kept
        as links; `path` itself may be one and stands for what it leads to. Of a single
        file the bytes alone are stored, not whether it is executable.

        Args:
            path: Of the file or folder.
            durable: Whether to wait until it is there to stay. Without, files of up to
                a megabyte wait for `sync`, which waits once for many of them.

        Raises:
            StoreError: Something in it is neither file, folder nor link, or is a link
                that leads out of the folder, or cannot be read; or it cannot be
                stored. Nothing half-written is left.
        """
        with self._reported(f"store {path}"):
            root = os.fspath(path)
            mode = os.stat(root).st_mode  # noqa: PTH116 - in half the time
            if stat.S_ISDIR(mode):
                return self._put_tree(partial(source.of_folder, root), durable=durable)
            if os.path.islink(root):  # noqa: PTH114
                root = os.path.realpath(root)
            with (
                source.open_regular(root, mode) as file,
                self._backend.batch(durable=durable) as batch,
            ):
                return Stored(*batch.add(file))

    def put_files(
        self, root: Path, paths: Iterable[str], *, durable: bool = True
    ) -> Stored:
        """Store some files of a folder as `put` would a folder that has no others.

        Args:
            root: The folder.
            paths: Of the files, relative to it, with `/` between names. Links on the
                way, and those that are named, stand for what they lead to.
            durable: As for `put`.

        Raises:
            StoreError: One is no file or cannot be read, or they cannot be stored.
        """
        with self._reported(f"store files of {root}"):
            entries = partial(source.of_files, os.fspath(root), paths)
            return self._put_tree(entries, durable=durable)

    def put_bytes(self, data: bytes, *, durable: bool = True) -> Stored:
        """Store bytes as `put` would a file of them."""
        with (
            self._reported("store bytes"),
            self._backend.batch(durable=durable) as batch,
        ):
            return Stored(*batch.add(io.BytesIO(data)))

    def sync(self, digests: Collection[str]) -> None:
        """Return when objects are there to stay; of folders, all files in them.

        Raises:
            StoreError: One is missing or damaged, or cannot be written out.
        """
        names = [_name(digest) for digest in digests]
        with self._reported("make objects durable"):
            self._backend.settle(lambda: tree.reached(self._backend, names))

    def is_intact(self, digest: str) -> bool:
        """Tell whether an object is whole and unaltered; of a folder, all files in it.

        On a disk one look at a file's time and size does, and it is hashed only where
        they differ from what the store left; then it is there to stay, too. Not seen
        are bytes that went bad unknown to the file system, and a change whose maker
        set the time back: `verify` finds these. Of a service, what is there in the
        right size counts as intact; `materialize` hashes what it gets.
        """
        name = _name(digest)
        with self._reported(f"look at {digest}"):
            try:
                self._backend.check(lambda: tree.reached(self._backend, [name]))
            except (DamagedError, FileNotFoundError):
                return False
        return True

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
        with self._reading(digest):
            yield from tree.entries(self._backend, digest)

    def materialize(self, digest: str, target: Path) -> None:
        """Make a file or folder of what is stored, all at once.

        Its files are read-only, and may share their blocks (reflink) or themselves
        (hard link) with the store; folders can be written. Damage is found on the way,
        on a disk as `is_intact` finds it.

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
            self._backend.delete([_name(digest)])

    def digests(self) -> Iterator[str]:
        """Give the digests of all objects, in no order."""
        with self._reported("list the objects"):
            yield from (digest for digest, _ in self._found())

    def verify(self, digest: str) -> Iterator[Damage]:
        """Hash an object, and for a folder all files in it, and give the damage."""
        name = _name(digest)
        with self._reported(f"verify {digest}"):
            yield from damage.of_one(self._backend, name)

    def verify_all(
        self, on_object: Callable[[str, int], None] | None = None
    ) -> Iterator[Damage]:
        """Hash every object once, and give the damage and what folders lack.

        Args:
            on_object: Gets the digest and size of each object that was hashed.
        """
        with self._reported("verify the objects"):
            yield from damage.of_all(self._backend, self._found(), on_object)

    @contextmanager
    def in_use(self) -> Generator[None]:
        """See that nothing is collected from here on; wait for who does just now."""
        with ExitStack() as stack:
            with self._reported("lock the store"):
                stack.enter_context(locks.shared(self._lock_file()))
            yield

    @contextmanager
    def alone(self) -> Generator[None]:
        """See that nobody uses the store meanwhile.

        Raises:
            StoreError: Somebody does.
        """
        with ExitStack() as stack, self._reported("lock the store"):
            try:
                stack.enter_context(locks.exclusive(self._lock_file(), wait=False))
            except BlockingIOError:
                raise StoreError(
                    f"something runs or stores objects in {self._location}",
                    hint="try again when it has ended",
                ) from None
            held = stack.pop_all()
        with held:
            yield

    def collect(
        self, keep: Callable[[], Iterable[str]] | Iterable[str], *, dry_run: bool
    ) -> Collected:
        """Remove each object that none of those to keep is or needs.

        Args:
            keep: Digests, which may be missing; a function is called when the store
                is locked, so that what it gives can't be out of date.
            dry_run: Whether only to tell what would be removed.

        Raises:
            StoreError: Somebody uses the store, or a folder to keep is damaged, so that
                nobody knows what it needs. Then nothing was removed.
        """
        with self.alone():
            digests = keep() if callable(keep) else keep
            with self._reported("collect garbage"):
                names = map(_name, digests)
                return garbage.collect(
                    self._backend, self._found, names, dry_run=dry_run
                )

    def _put_tree(
        self, entries: Callable[[Batch], Iterable[Entry]], *, durable: bool
    ) -> Stored:
        size = 0
        with tempfile.SpooledTemporaryFile(CHUNK) as lines:
            lines.write(manifest.HEADER)
            with self._backend.batch(durable=durable) as batch:
                for entry in entries(batch):
                    lines.write(manifest.encode(entry))
                    size += entry.size if isinstance(entry, File) else 0
            lines.seek(0)
            # A batch of its own: no power cut leaves a manifest without its files.
            with self._backend.batch(durable=durable) as batch:
                return Stored(batch.add(lines, TREE)[0], size)

    def _found(self) -> Iterator[tuple[str, int]]:
        found = self._backend.found()
        return ((name, size) for name, size in found if _DIGEST.fullmatch(name))

    def _lock_file(self) -> Path:
        if self._lock is None:
            raise ValueError(f"no folder is named for the lock of {self._location}")
        return self._lock

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

    def _reading(self, digest: str) -> AbstractContextManager[None]:
        return report.reading(digest, self._location)

    def _reported(self, doing: str) -> AbstractContextManager[None]:
        return report.reported(doing, self._location)


def _name(digest: str) -> str:
    """Give the digest itself if it is one; another text could be any path."""
    if not _DIGEST.fullmatch(digest):
        raise StoreError(
            f"{digest!r} is no digest of an object",
            hint=f"one has 64 digits of 0-9a-f, and {TREE} behind them for a folder",
        )
    return digest
