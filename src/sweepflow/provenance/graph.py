"""The entities of a crate, before they are written as JSON-LD."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sweepflow.store.records import Json

Reference: TypeAlias = dict[str, str]
"""What stands for an entity where another one refers to it."""

_ODD = re.compile("[\0-\x1f/\\\\\x7f\ud800-\udfff]")


class Graph:
    """Entities that refer to each other by id."""

    def __init__(self) -> None:
        self._entities: dict[str, dict[str, Json]] = {}
        self._links: set[tuple[str, str, str]] = set()

    def add(self, id_: str, kind: str | list[str], /, **properties: Json) -> Reference:
        """Add an entity, unless one of that id is there, and give what refers to it."""
        entity: dict[str, Json] = {"@id": id_, "@type": kind} | properties
        self._entities.setdefault(id_, entity)
        return {"@id": id_}

    def link(self, entity: Reference, key: str, other: Reference) -> None:
        """Let an entity refer to one more."""
        link = entity["@id"], key, other["@id"]
        if link not in self._links:
            self._links.add(link)
            self._entities[entity["@id"]][key].append(other)

    def __iter__(self) -> Iterator[dict[str, Json]]:
        """Give them as JSON-LD, without what is empty, and lists of one as that one."""
        for entity in self._entities.values():
            yield {
                key: clean(value[0] if _is_single(value) else value)
                for key, value in entity.items()
                if value is not None and value != []
            }

    def references(self, kind: str) -> Iterator[Reference]:
        """Give what refers to each entity whose type ends so."""
        for name, entity in self._entities.items():
            if entity["@type"][-len(kind) :] == kind:
                yield {"@id": name}

    def problems(self, held: Iterable[str]) -> list[str]:
        """Say what would keep a reader from following all that happened.

        Args:
            held: Ids of the files and folders that the crate holds.
        """
        there = {*held, *(name for name in self._entities if name.startswith("#"))}
        found: list[str] = []
        for entity in self:
            name = entity["@id"]
            lacking = {*_references(entity), name} - there
            found.extend(
                f"{other}, which {name} refers to, is not there"
                for other in sorted(lacking)
                if "://" not in other
            )
            if "CreateAction" in entity["@type"]:
                times = {"startTime", "endTime"} - set(entity)
                found.extend(f"{name} has no {time}" for time in sorted(times))
        return found


def identifier(*names: str) -> str:
    """Give an id within the crate, made of names that may hold anything."""
    quoted = (quote(name, safe="", errors="backslashreplace") for name in names)
    return f"#{'/'.join(quoted)}"


def is_data(entity: dict[str, Json]) -> bool:
    """Tell whether an entity is a file or folder of the crate."""
    return bool({"File", "Dataset"} & set(_listed(entity["@type"])))


def file_name(name: str) -> str:
    """Give a name much like the given one that a file can have everywhere."""
    return "_" if name in {"", ".", ".."} else _ODD.sub("_", name)


def clean(value: Json) -> Json:
    """Give the same without lone surrogates, which no UTF-8 file can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [clean(each) for each in cast("list[Json]", value)]
    return value


def _is_single(value: Json) -> bool:
    return isinstance(value, list) and len(cast("list[Json]", value)) == 1


def _references(entity: dict[str, Json]) -> Iterator[str]:
    for value in entity.values():
        for each in _listed(value):
            if isinstance(each, dict):
                yield cast("Reference", each)["@id"]


def _listed(value: Json) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else [value]
