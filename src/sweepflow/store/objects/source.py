"""What is to be stored: a file, or a folder and all in it."""

# With pathlib, many small files take nearly twice the time.
# ruff: noqa: PTH115, PTH208

from __future__ import annotations

import os
import stat
from io import FileIO
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.store.objects.manifest import Entry, File, Folder, Link, stays_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sweepflow.store.objects.backend import Batch


def walk(root: str) -> Iterator[tuple[str, int]]:
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


def store(root: str, path: str, mode: int, batch: Batch) -> Entry:
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
