"""Installed packages count by the name and version of their distribution."""

from __future__ import annotations

import re
from importlib.metadata import Distribution
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweepflow.engine.code.places import Place, Places


MISSING = "missing"
"""The version of what is not installed."""


def versions(name: str, place: Place, places: Places) -> dict[str, str]:
    """Give the versions of the distributions that provide a top-level package.

    A package that is not there counts as missing, since installing it changes what an
    `except ImportError` does; one without a distribution has an unknown version.
    """
    if place.kind == "missing":
        return {name: MISSING}
    path = Path(place.path)
    folder = path.parent.parent if path.name == "__init__.py" else path.parent
    found = [folder / entry for entry in _infos(name, folder, places)]
    # an editable package lies elsewhere than what is known of it
    others = (Path(entry) for entry in places.path if entry)
    while not found and (other := next(others, None)):
        found = [other / entry for entry in _named(name, places.entries(str(other)))]
    if not found:
        return {name: "unknown"}
    described = (Distribution.at(entry) for entry in sorted(found))
    return {each.metadata["Name"]: each.version for each in described}


def _infos(name: str, folder: Path, places: Places) -> list[str]:
    """Give the metadata folders, beside a package, of all that it came with."""
    entries = places.entries(str(folder))
    if named := _named(name, entries):
        return named
    return [
        entry
        for entry in sorted(entries)
        if entry.endswith(".dist-info") and _provides(folder / entry, name)
    ]


def _named(name: str, entries: frozenset[str]) -> list[str]:
    """Give the metadata folders of the distribution with the package's own name."""
    wanted = _normal(name)
    return [
        entry
        for entry in entries
        if entry.endswith(".dist-info") and _normal(entry.split("-")[0]) == wanted
    ]


def _provides(info: Path, name: str) -> bool:
    """Look into the list of files of a distribution."""
    try:
        record = b"\n" + (info / "RECORD").read_bytes()
    except OSError:  # not all installers write one
        return False
    plain = name.encode()
    return any(start in record for start in (b"\n%b/" % plain, b"\n%b.py," % plain))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
