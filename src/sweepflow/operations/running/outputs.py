"""What a run made: the files in its folder that were not put there."""

# With pathlib, many small files take nearly twice the time.
# ruff: noqa: PTH110, PTH113, PTH118

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.operations.requirements.select import CACHE, HIDDEN
from sweepflow.operations.running.folder import is_as
from sweepflow.store.records import Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sweepflow.operations.running.folder import Prepared
    from sweepflow.store.objects import ObjectStore
    from sweepflow.store.objects.store import Stored


@dataclass(slots=True)
class Generated:
    """What is found in the folder of a run.

    Args:
        files: Paths of what it made, sorted.
        inputs: Paths of what was put there, and is as it was.
        problems: What cannot be stored, and why.
    """

    files: list[str] = field(default_factory=list[str])
    inputs: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])


def find(folder: Path, prepared: Prepared) -> Generated:
    """Find what a run made.

    A link to something that it made stands for that; one that leads out of the folder
    for nothing. What Python keeps beside modules does not count.
    """
    unchanged = {
        path
        for path, content in prepared.written.items()
        if is_as(folder / path, content)
    }
    found = Generated(inputs=[*prepared.placed, *sorted(unchanged)])
    given = frozenset(map(os.path.normpath, found.inputs))
    _Finder(os.path.realpath(folder), given, found).search()
    found.files.sort()
    return found


def store(folder: Path, files: Iterable[str], objects: ObjectStore) -> Iterator[Output]:
    """Store files of a folder, and give them.

    Args:
        folder: In which they are.
        files: Their paths there.
        objects: Where they go.

    Raises:
        StoreError: One cannot be stored.
    """
    known: dict[tuple[int, int], Stored] = {}  # more than one name may lead to a file
    for name in files:
        path = folder / name
        try:
            status = path.stat()
            key = (status.st_dev, status.st_ino)
            stored = known.get(key) or objects.put(path, durable=False)
        except (OSError, StoreError):
            if not path.exists():  # a process that the command left behind was at work
                continue
            raise
        known[key] = stored
        yield Output(name, "file", stored.digest, stored.size, path.name)


class _Finder:
    """Walks through a folder, without being called for each folder in it."""

    def __init__(self, root: str, given: frozenset[str], found: Generated) -> None:
        self._root = root
        self._given = given
        self._found = found
        self._ahead: list[tuple[str, bool]] = [("", False)]

    def search(self) -> None:
        while self._ahead:
            folder, followed = self._ahead.pop()
            try:
                with os.scandir(os.path.join(self._root, folder)) as entries:
                    for entry in entries:
                        self._take(entry, os.path.join(folder, entry.name), followed)
            except OSError as error:
                self._found.problems.append(f"{folder!r}: {error.strerror}")

    def _take(self, entry: os.DirEntry[str], path: str, followed: bool) -> None:
        if path in self._given or entry.name == CACHE or path.startswith(HIDDEN):
            return
        if not _is_text(path):
            self._found.problems.append(f"{path!r}: its name is not UTF-8")
        elif entry.is_symlink():
            self._follow(path, followed)
        elif entry.is_dir():
            self._ahead.append((path, followed))
        elif entry.is_file():
            self._found.files.append(path)
        else:
            self._found.problems.append(f"{path!r}: it is neither a file nor a folder")

    def _follow(self, path: str, followed: bool) -> None:
        full = os.path.join(self._root, path)
        target = os.path.realpath(full)
        if not os.path.exists(target):
            return
        inside = os.path.relpath(target, self._root)
        if inside.startswith(".."):
            self._found.problems.append(f"{path!r}: it is a link to {target}")
        elif self._is_given(inside):
            return
        elif os.path.isfile(target):
            self._found.files.append(path)
        # Of links within linked folders there may be no end.
        elif not followed and not f"{full}/".startswith(f"{target}/"):
            self._ahead.append((path, True))

    def _is_given(self, path: str) -> bool:
        """Whether something was put there, or is in what was put there."""
        above = [str(folder) for folder in Path(path).parents]
        return path.startswith(HIDDEN) or not self._given.isdisjoint([path, *above])


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
