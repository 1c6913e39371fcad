"""Nested mappings as flat ones with dotted names, and back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sweepflow.store.records import Json

_PLAIN = re.compile(r"[^.\"]+")
_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^."]+')


def flatten(data: Json) -> dict[str, Json]:
    """Give the values in nested mappings by their dotted names.

    A name that has a dot itself, or is empty, is quoted. An empty mapping is a value.
    """
    return dict(_flat(data, ""))


def unflatten(flat: Mapping[str, Json]) -> dict[str, Json]:
    """Give the nested mappings that `flatten` was given."""
    data: dict[str, Json] = {}
    for path, value in flat.items():
        names = [_unquoted(name) for name in _NAME.findall(path)]
        inner = data
        for name in names[:-1]:
            inner = inner.setdefault(name, {})
        inner[names[-1]] = value
    return data


def _flat(data: Json, path: str) -> Iterator[tuple[str, Json]]:
    if not isinstance(data, dict) or not data:
        if path:
            yield path, data
        return
    for key, value in cast("dict[str, Json]", data).items():
        name = key if _PLAIN.fullmatch(key) else json.dumps(key)
        yield from _flat(value, f"{path}.{name}" if path else name)


def _unquoted(name: str) -> str:
    return json.loads(name) if name.startswith('"') else name
