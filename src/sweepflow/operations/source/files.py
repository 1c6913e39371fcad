"""The walk over a project that finds the source of an operation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.errors import ProjectError
from sweepflow.operations.source.rules import BIGGEST, MOST, Rules, Sourcecode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """The source of an operation.

    Args:
        root: The folder that its paths are relative to.
        paths: With `/` on any system, sorted.
        chosen: Those of them that a rule of the project takes in.
        warnings: What a user should see, a line each.
    """

    root: Path
    paths: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def source_files(project: Path, sourcecode: Sourcecode, *, python: bool) -> Source:
    """Find the files that are the source of an operation.

    In a git working tree these are all that git does not ignore; elsewhere text files
    of at most 1 MiB, the first 100 of them. The rules of the project come on top.

    Args:
        project: The folder of the project file.
        sourcecode: What that says of the source.
        python: Whether it is an operation in Python.

    Raises:
        ProjectError: The folder that the project names is none.
    """
    root = project / sourcecode.root
    if not root.is_dir():
        raise ProjectError(
            f"sourcecode: {root} is no folder",
            hint="write 'root' as seen from the folder of the project file",
        )
    if sourcecode.off:
        return Source(root)
    rules = Rules.of(root, sourcecode, python=python)
    limits = _Limits(rules, [])
    usual: list[str] = []
    chosen: list[str] = []
    for path in _files(rules, "", ()):
        decision = rules.decision(path)
        if decision:
            chosen.append(path)
        elif decision is None and limits.allow(path):
            usual.append(path)
    paths = tuple(sorted(usual + chosen))
    return Source(root, paths, tuple(sorted(chosen)), tuple(limits.warnings))


@dataclass(slots=True)
class _Limits:
    """What is source without a rule of the project, as long as it is not too much."""

    rules: Rules
    warnings: list[str]
    count: int = 0

    def allow(self, path: str) -> bool:
        if not self.rules.usual(path):
            return False
        if self.rules.ignored is not None:
            return True
        if (self.rules.root / path).stat().st_size > BIGGEST:
            self.warnings.append(f"{path} is too big for source code: it is not kept")
            return False
        self.count += 1
        if self.count == MOST + 1:
            self.warnings.append(
                f"more than {MOST} files of source code: the others are not kept"
            )
        return self.count <= MOST


def _files(
    rules: Rules, folder: str, above: tuple[tuple[int, int], ...]
) -> Iterator[str]:
    """Give the files below a folder, those in it first, through links to folders.

    Args:
        rules: Which folders are entered.
        folder: Relative to their root.
        above: Which folders it lies in, for links that lead back to one of them.
    """
    here = rules.root / folder
    status = here.stat()
    key = (status.st_dev, status.st_ino)
    if key in above:
        return
    folders: list[str] = []
    try:
        entries = sorted(os.scandir(here), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir():
            folders.append(path)
        elif entry.is_file():
            yield path
    for path in folders:
        if rules.enters(path):
            yield from _files(rules, path, (*above, key))
