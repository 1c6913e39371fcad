"""What is in files; what has not changed since is not read again."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHOWN: Final = 1 << 16
"""Bytes of a file up to which its text is kept, to show what changed."""

_LARGE: Final = 1 << 24
"""Bytes of a file that takes longer to read than to look up."""

_TICK: Final = 50_000_000
"""Nanoseconds within which two changes of a file may have the same time."""


class State(NamedTuple):
    """What changes when a file does; the second time cannot be set back."""

    modified: int
    changed: int
    size: int
    inode: int
    mode: int


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file.

    Args:
        digest: SHA-256 as 64 hexadecimal digits.
        text: All of it; empty where it is long or no text.
    """

    digest: str
    text: str


def state_of(path: str) -> State | None:
    """Give the state of a file or of what a link leads to; None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - called for each file of a project
    except (OSError, ValueError):
        return None
    return State(
        found.st_mtime_ns,
        found.st_ctime_ns,
        found.st_size,
        found.st_ino,
        found.st_mode,
    )


def are_settled(states: Iterable[State | None]) -> bool:
    """Say whether another change of files would show in their states by now.

    The clock of file systems ticks slowly.
    """
    newest = max((state.changed for state in states if state), default=0)
    return not 0 <= time.time_ns() - newest < _TICK


def content_of(path: str) -> Content | None:
    """Give what is in a file, or None where it cannot be read."""
    state = state_of(path)
    if state is None or not stat.S_ISREG(state.mode):
        return None
    known = _known.get(path)
    if known and known[0] == state:
        return known[1]
    try:
        content = _read(path)
    except OSError:
        return None
    if are_settled([state]) and state == state_of(path):
        _known[path] = state, content
    return content


def digest_of(path: str, cache: Path) -> str | None:
    """Give the digest of what is in a file, or None where it cannot be read.

    Args:
        path: Of the file.
        cache: A folder where the digests of large files are kept for other processes.
    """
    state = state_of(path)
    is_known = path in _known and _known[path][0] == state
    if state is None or state.size < _LARGE or is_known:
        content = content_of(path)
        return content and content.digest
    entry = cache / hashlib.sha256(os.fsencode(path)).hexdigest()
    with suppress(OSError, ValueError):
        *known, digest = json.loads(entry.read_bytes())
        if known == [*state]:
            return str(digest)
    content = content_of(path)
    if content and path in _known and _known[path][0] == state:
        _write(entry, json.dumps([*state, content.digest]))
    return content and content.digest


def files_below(folder: str) -> Iterator[str]:
    """Give the paths of the files in a folder, relative to it, in no order.

    Links are followed, but for those to a folder that they lie in.
    """
    todo: list[tuple[str, frozenset[str]]] = [("", frozenset())]
    while todo:
        inside, above = todo.pop()
        real = os.path.realpath(os.path.join(folder, inside))  # noqa: PTH118 - many
        if real in above:
            continue
        try:
            entries = list(os.scandir(real))
        except OSError:
            continue
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            if entry.is_dir():
                todo.append((path, above | {real}))
            else:
                yield path


def _write(path: Path, text: str) -> None:
    """Write a file by rename, if that can be done at all."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(text)
        Path(file.name).rename(path)


def _read(path: str) -> Content:
    with open(path, "rb") as file:  # noqa: PTH123 - called for each file of a project
        data = file.read(_SHOWN + 1)
        digest = hashlib.sha256(data)
        while more := file.read(1 << 20):
            digest.update(more)
    try:
        text = "" if len(data) > _SHOWN else data.decode()
    except UnicodeDecodeError:
        text = ""
    return Content(digest.hexdigest(), text)


_known: dict[str, tuple[State, Content]] = {}
