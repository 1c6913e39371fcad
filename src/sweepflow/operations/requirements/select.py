"""Which files of a folder a requirement means."""

from __future__ import annotations

import math
import os
import re
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from sweepflow.operations.requirements.errors import RequirementError
from sweepflow.store.home import ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from sweepflow.operations.requirements.wanted import Wanted

HIDDEN: Final = (ATTEMPTS, ".sweepflow", ".guild")
"""What names of ours begin with, in the folder of a run or an unpacked archive."""

CACHE: Final = "__pycache__"
"""What Python leaves beside modules; nobody requires that."""


def selects(wanted: Wanted) -> bool:
    return bool(wanted.select or wanted.select_min or wanted.select_max)


def selected(folder: Path, wanted: Wanted) -> list[str]:
    """Give the paths in a folder that the patterns of a requirement select.

    A pattern is matched against the whole of a path, with `/` in it on any system; a
    folder is a path too, and stands for all that is in it. Of `select-min` and
    `select-max` the one path whose first group is the least or greatest number counts.
    """
    found = _matching(sorted(_all_paths(folder)), wanted)
    if wanted.preserve_path:  # what is in a folder that is selected comes along
        found = {path for path in found if found.isdisjoint(_folders_above(path))}
    return sorted(found)


def chosen(names: Collection[str], wanted: Wanted) -> list[str]:
    """Give which of the files that a run made a requirement means; see `selected`.

    Args:
        names: Of all of them, relative to the run's folder.
        wanted: Without patterns it means all of them.

    Raises:
        RequirementError: A pattern is none.
    """
    names = sorted(name for name in names if not name.startswith(HIDDEN))
    if not selects(wanted):
        return names
    above = {name: _folders_above(name) for name in names}
    found = _matching(sorted({*names, *chain(*above.values())}), wanted)
    return [n for n in names if n in found or not found.isdisjoint(above[n])]


def top_level(folder: Path) -> list[str]:
    """Give the names in a folder, without those of ours."""
    return sorted(
        path.name
        for path in folder.iterdir()
        if not path.name.startswith(HIDDEN) and path.name != CACHE
    )


def generated(folder: Path, inputs: Collection[str]) -> list[str]:
    """Give the names in a run's folder which are, or hold, files that the run made.

    Args:
        folder: Of the run.
        inputs: Paths that were put there before the run: what it required, and links to
            the runs of its steps.
    """
    given = frozenset(os.path.normpath(path) for path in inputs)
    return [name for name in top_level(folder) if _has_new(folder, name, given)]


def _has_new(folder: Path, path: str, given: frozenset[str]) -> bool:
    if path in given or path.endswith(f"/{CACHE}"):
        return False
    full = folder / path
    if full.is_symlink() or not full.is_dir():
        return True
    return any(
        _has_new(folder, f"{path}/{inner.name}", given) for inner in full.iterdir()
    )


def _matching(paths: Sequence[str], wanted: Wanted) -> set[str]:
    found: set[str] = set()
    for pattern in wanted.select:
        found.update(match.string for match in _matches(pattern, paths))
    found.update(_extremes(wanted.select_min, paths, min))
    found.update(_extremes(wanted.select_max, paths, max))
    return found


def _folders_above(name: str) -> list[str]:
    return [str(folder) for folder in PurePosixPath(name).parents[:-1]]


def _all_paths(folder: Path) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != CACHE]
        inside = os.path.relpath(root, folder)
        if inside == ".":
            folders[:] = [name for name in folders if not name.startswith(HIDDEN)]
            files = [name for name in files if not name.startswith(HIDDEN)]  # noqa: PLW2901
            yield from folders + files
        else:
            prefix = inside.replace(os.sep, "/")
            yield from (f"{prefix}/{name}" for name in folders + files)


def _matches(pattern: str, paths: Iterable[str]) -> list[re.Match[str]]:
    try:
        regex = re.compile(pattern)
    except re.error as error:
        raise RequirementError(
            f"select {pattern!r} is no regular expression: {error}",
            hint="put a backslash before a character that stands for itself",
        ) from None
    return [match for path in paths if (match := regex.fullmatch(path))]


def _extremes(
    patterns: Iterable[str],
    paths: Iterable[str],
    choose: Callable[[Iterable[float]], float],
) -> Iterator[str]:
    for pattern in patterns:
        matches = _matches(pattern, paths)
        if matches and not matches[0].re.groups:
            raise RequirementError(
                f"{pattern!r} has no group for the number that it selects by",
                hint=r"put parentheses around it, as in 'model-([0-9.]+)\.h5'",
            )
        numbers = [(_number(match[1]), match.string) for match in matches]
        known = [(number, path) for number, path in numbers if number is not None]
        if known:
            best = choose([number for number, _ in known])
            yield next(path for number, path in known if number == best)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(number) else number
