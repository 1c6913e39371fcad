"""In what two recorded runs differ: values, files, source code, output."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Final, TypeAlias

from sweepflow.errors import StoreError
from sweepflow.store.objects.manifest import File

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.store.records import Json, Run
    from sweepflow.store.store import Store

Sides: TypeAlias = "Mapping[str, Json]"
"""What the `first` and the `second` have; a side that has nothing is not there."""

_LONGEST: Final = 1 << 20
"""Bytes of a text whose differences are told line by line."""

_SHORT: Final = 8
"""Characters of an id that name a run in front of its files."""


def of_values(
    first: Mapping[str, Json], second: Mapping[str, Json]
) -> dict[str, Sides]:
    """Give the values that differ, by their names, sorted."""
    found: dict[str, Sides] = {}
    for name in sorted({*first, *second}):
        sides = {
            side: values[name]
            for side, values in (("first", first), ("second", second))
            if name in values
        }
        # As text, in which nan is equal to itself, and 1 is not to yes.
        texts = [json.dumps(value, sort_keys=True) for value in sides.values()]
        if len(texts) == 1 or texts[0] != texts[1]:
            found[name] = sides
    return found


def of_files(store: Store, first: Run, second: Run) -> dict[str, Sides]:
    """Give the files that differ, of those that the runs made, with their digests."""
    return of_values(_files(store, first), _files(store, second))


def of_sources(store: Store, first: Run, second: Run) -> list[str]:
    """Give the differences of two runs' sources, line by line."""
    if first.source == second.source:
        return []
    try:
        files = _sources(store, first), _sources(store, second)
    except StoreError as error:
        return [error.message]
    lines: list[str] = []
    for path in sorted({*files[0], *files[1]}):
        digests = [side.get(path) for side in files]
        if digests[0] != digests[1]:
            texts = [_read(store, digest) for digest in digests]
            names = [f"{run.id[:_SHORT]}/{path}" for run in (first, second)]
            lines += of_texts(texts[0], texts[1], names[0], names[1])
    return lines


def of_logs(
    first: Path | None, second: Path | None, first_name: str, second_name: str
) -> list[str]:
    """Give the differences of two files, line by line; one may be missing.

    Raises:
        OSError: One cannot be read.
    """
    found = [path if path and path.exists() else None for path in (first, second)]
    if any(path and path.stat().st_size > _LONGEST for path in found):
        return [f"{first_name} and {second_name} are too long to be compared"]
    texts = [path.read_bytes() if path else b"" for path in found]
    return of_texts(texts[0], texts[1], first_name, second_name)


def of_texts(
    first: bytes, second: bytes, first_name: str, second_name: str
) -> list[str]:
    """Give the differences of two texts, line by line.

    Args:
        first: The one.
        second: The other.
        first_name: What that one is called.
        second_name: What the other is called.
    """
    if first == second:
        return []
    try:
        before, after = (each.decode().splitlines() for each in (first, second))
    except UnicodeDecodeError:
        return [f"{first_name} and {second_name} differ, and are no text"]
    if max(len(first), len(second)) > _LONGEST:
        return [f"{first_name} and {second_name} differ, and are too long to say how"]
    lines = difflib.unified_diff(before, after, first_name, second_name, lineterm="")
    return list(lines)


def _files(store: Store, run: Run) -> dict[str, str]:
    """Give the digests of files, of those that are not stored something else."""
    made = {name: atom.digest for name, atom in store.catalog.outputs(run.id).items()}
    return dict.fromkeys(run.facts.get("files", ()), "not stored") | made


def _sources(store: Store, run: Run) -> dict[str, str]:
    if run.source is None:
        raise StoreError(f"of run {run.id}, no source is kept")
    return {
        entry.path: entry.digest
        for entry in store.objects.entries(run.source)
        if isinstance(entry, File)
    }


def _read(store: Store, digest: str | None) -> bytes:
    if digest is None:
        return b""
    with store.objects.open(digest) as file:
        return file.read()
