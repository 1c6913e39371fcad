"""An atom's files, where they can be opened: `atoms/<id>/` in the home folder.

They are made of the stored objects when they are first asked for, under a lock and by
rename, so that any number of processes may ask at once and none sees half a copy. They
are read-only. A copy that was changed nevertheless is noticed by the sizes, modes and
times of its files and made again; nothing in it may be newer than the folder that it
was put in. A file may be a hard link of its object: then the change has damaged that
too, which is an error that says so, until what made it runs again.
"""

# With pathlib, many small files take nearly twice the time.
# ruff: noqa: PTH114, PTH115

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from sweepflow.store.objects import Entry
    from sweepflow.store.records import AtomRecord
    from sweepflow.store.store import Store

FOLDER = "atoms"
"""Of the home folder; all in it can be made again."""

CONTENT = "content"
"""What an atom that is a folder is called there."""


def materialized(record: AtomRecord, store: Store) -> Path:
    """Give the path of an atom's file or folder, with just what was stored in it.

    Raises:
        StoreError: It cannot be made, or an object of it is missing or damaged.
    """
    place = store.home.root / FOLDER / record.id
    path = place / _name(record)
    if not _is_whole(record, place, path, store):
        with _alone(place), store.objects.in_use():
            # Another process may have made it while this one waited.
            if not _is_whole(record, place, path, store):
                _make(record, place, path, store)
    return path


def _name(record: AtomRecord) -> str:
    name = record.filename
    if name is None:
        return CONTENT
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise StoreError(f"the file of atom {record.id} has the name {name!r}")
    return name


def _make(record: AtomRecord, place: Path, path: Path, store: Store) -> None:
    try:
        if os.path.lexists(place):
            old = tempfile.mkdtemp(prefix=".old-", dir=place.parent)
            place.rename(f"{old}/{place.name}")
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise _unwritable(place, error) from None
    store.objects.materialize(record.digest, path)


@contextmanager
def _alone(place: Path) -> Generator[None]:
    """Let no other process or thread make this copy at the time."""
    with ExitStack() as stack:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(f"{place}.lock", os.O_RDWR | os.O_CREAT, 0o666)
            stack.callback(os.close, lock)  # which lets go of it
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            raise _unwritable(place, error) from None
        yield


def _unwritable(place: Path, error: OSError) -> StoreError:
    return StoreError(
        f"cannot make the files of atom {place.name}: {error.strerror or error}",
        hint=f"see that {place.parent} can be written",
    )


def _is_whole(record: AtomRecord, place: Path, path: Path, store: Store) -> bool:
    """Tell whether all of a copy is there, and nothing in it was changed since."""
    with suppress(FileNotFoundError, NotADirectoryError):
        made = os.lstat(place).st_mtime_ns
        if record.filename is not None:
            return _is_same(path, made, size=record.size, executable=False)
        return stat.S_ISDIR(os.lstat(path).st_mode) and _is_whole_tree(
            str(path), made, store.objects.entries(record.digest)
        )
    return False


def _is_whole_tree(root: str, made: int, entries: Iterable[Entry]) -> bool:
    from sweepflow.store.objects import File, Folder

    count = 0
    for entry in entries:
        path = f"{root}/{entry.path}"
        match entry:
            case Folder():
                same = stat.S_ISDIR(os.lstat(path).st_mode)
            case File(size=size, executable=executable):
                same = _is_same(path, made, size=size, executable=executable)
            case _:
                same = os.path.islink(path) and os.readlink(path) == entry.text
        if not same:
            return False
        count += 1
    return count == sum(len(names) + len(more) for _, names, more in os.walk(root))


def _is_same(path: Path | str, made: int, *, size: int, executable: bool) -> bool:
    found = os.lstat(path)
    mode = stat.S_IFREG | (0o555 if executable else 0o444)
    return (found.st_mode, found.st_size) == (mode, size) and found.st_mtime_ns <= made
