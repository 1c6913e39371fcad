"""Rules that take files in or leave them out; of several that match the last counts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, Protocol

from sweepflow.operations.source.git import MORE, ignored
from sweepflow.operations.source.text import is_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BIGGEST: Final = 1 << 20
"""Bytes of a file that is taken in without a rule of the project."""

MOST: Final = 100
"""Files that are."""

STATE: Final = frozenset({".sweepflow", ".guild"})
"""Folders of ours, which never are source."""

_CACHES: Final = ("__pycache__",)
_BUILDS: Final = ("build", "dist", "*.egg-info")
_ENVIRONMENTS: Final = ("bin/activate", "Scripts/activate", "pyvenv.cfg")
_NO_COPY: Final = ".guild-nocopy"


class Rule(Protocol):
    """One of `sourcecode`, with patterns in one of `include` and `exclude`."""

    @property
    def include(self) -> Sequence[str]: ...
    @property
    def exclude(self) -> Sequence[str]: ...
    @property
    def only(self) -> str:
        """`dir`, `text` or `binary`, where the patterns are for these alone."""
        ...


class Sourcecode(Protocol):
    """What a project says of the source of an operation; empty says nothing."""

    @property
    def off(self) -> bool: ...
    @property
    def root(self) -> str: ...
    @property
    def select(self) -> Sequence[Rule]: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules for a folder.

    Args:
        ignored: What git ignores; None where git does not decide.
        python: Whether what Python packages are built into is left out.
    """

    root: Path
    own: tuple[Rule, ...]
    ignored: frozenset[str] | None
    python: bool

    @classmethod
    def of(cls, root: Path, sourcecode: Sourcecode, *, python: bool) -> Rules:
        return cls(root, tuple(sourcecode.select), ignored(root), python)

    def enters(self, path: str) -> bool:
        """Whether files are sought in a folder."""
        name = path.rpartition("/")[2]
        if name in STATE:
            return False
        for rule in reversed(self.own):
            if rule.only == "dir" and _matches(path, (*rule.include, *rule.exclude)):
                return bool(rule.include)
        folder = self.root / path
        if any((folder / mark).exists() for mark in (_NO_COPY, *_ENVIRONMENTS)):
            return False
        if _matches(path, _CACHES):
            return False
        if self.ignored is not None:
            return name != ".git" and path not in self.ignored
        return name[0] != "." and not (self.python and _matches(path, _BUILDS))

    def decision(self, path: str) -> bool | None:
        """Whether a rule of the project takes a file in or leaves it out, or None."""
        for rule in reversed(self.own):
            patterns = [self._pattern(rule, p) for p in (*rule.include, *rule.exclude)]
            if rule.only != "dir" and _matches(path, patterns) and self._is(rule, path):
                return bool(rule.include)
        return None

    def usual(self, path: str) -> bool:
        """Whether a file is taken in without a rule, apart from its size."""
        if self.ignored is not None:
            name = path.rpartition("/")[2]
            return path not in self.ignored and not name.startswith((".git", MORE))
        return is_text(self.root / path)

    def _pattern(self, rule: Rule, pattern: str) -> str:
        """Give a folder's name as the pattern for what is in it."""
        is_folder = not rule.only and (self.root / pattern.lstrip("/")).is_dir()
        return os.path.join(pattern, "*") if is_folder else pattern  # noqa: PTH118

    def _is(self, rule: Rule, path: str) -> bool:
        return not rule.only or is_text(self.root / path) == (rule.only == "text")


def _matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether one of some patterns stands for a path, or without `/` for its name."""
    name = path.rpartition("/")[2]
    return any(
        fnmatchcase(path if "/" in pattern else name, pattern.lstrip("/"))
        for pattern in patterns
    )
