"""What is to be stored: a file, a folder and all in it, or some files of a folder."""

# With pathlib, many small files take nearly twice the time.
# ruff: noqa: PTH115, PTH116, PTH208

from __future__ import annotations

import os
import stat
from io import FileIO
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.store.objects.manifest import Entry, File, Folder, Link, stays_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sweepflow.store.objects.backend import Batch


def of_folder(root: str, batch: Batch) -> Iterator[Entry]:
    """Store all that is in a folder, and give the lines for it in a manifest's order.

    Raises:
        StoreError: Something in it cannot be a part of a stored folder.
    """
    for path, mode in _walk(root):
        yield _store(root, path, mode, batch)


def of_files(root: str, paths: Iterable[str], batch: Batch) -> Iterator[Entry]:
    """Store some files of a folder, and give the lines for them and their folders.

    Args:
        root: The folder.
        paths: Relative, with `/` between names; links on the way are followed.
        batch: Where they go.

    Raises:
        StoreError: One is no file.
    """
    above: list[str] = []
    for *folders, name in sorted(path.split("/") for path in paths):
        for count in range(1, len(folders) + 1):
            if folders[:count] != above[:count]:
                yield Folder("/".join(folders[:count]))
        above = folders
        path = "/".join((*folders, name))
        full = os.path.realpath(f"{root}/{path}")
        mode = os.stat(full).st_mode
        with open_regular(full, mode) as file:
            digest, size = batch.add(file)
        yield File(path, digest, size, bool(mode & stat.S_IXUSR))


def _walk(root: str) -> Iterator[tuple[str, int]]:
    """Give the path and the mode of all that is in a folder, in a manifest's order.

    Paths are relative. Names that are no valid UTF-8 come with a lone surrogate for
    each stray byte, as everywhere in Python. Links are not followed. Memory holds the
    names in the folders on the way to one path.
    """
    above = [""]
    ahead = [iter(sorted(os.listdir(root)))]
    while ahead:
        name = next(ahead[-1], None)
        if name is None:
            ahead.pop()
            above.pop()
            continue
        path = above[-1] + name
        full = f"{root}/{path}"
        mode = os.lstat(full).st_mode
        yield path, mode
        if stat.S_ISDIR(mode):
            above.append(f"{path}/")
            ahead.append(iter(sorted(os.listdir(full))))


def _store(root: str, path: str, mode: int, batch: Batch) -> Entry:
    """Store what is at a path in a folder, and give the line for it.

    Raises:
        StoreError: It cannot be a part of a stored folder.
    """
    full = f"{root}/{path}"
    if stat.S_ISDIR(mode):
        return Folder(path)
    if stat.S_ISLNK(mode):
        text = os.readlink(full)  # as it is written, `//` and all
        if not stays_inside(path, text):
            raise StoreError(
                f"{full} leads to {text!r}, which is not within {root}",
                hint="put what it leads to in its place, or give the link as a "
                "relative path with `..` at its front only",
            )
        return Link(path, text)
    with open_regular(full, mode) as file:
        digest, size = batch.add(file)
    return File(path, digest, size, bool(mode & stat.S_IXUSR))


def open_regular(path: str, mode: int) -> FileIO:
    """Open a file for reading; nothing else, nor a link that took its place.

    Raises:
        StoreError: It is no regular file.
    """
    if not stat.S_ISREG(mode):
        raise StoreError(
            f"{path} is neither a file, a folder nor a link",
            hint="take it out of what is to be stored",
        )
    return FileIO(path, opener=_open)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)
