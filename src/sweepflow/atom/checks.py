"""What may be said of an atom: its type, its user, its tags, its metadata."""

from __future__ import annotations

import getpass
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from sweepflow.atom.errors import AtomError
from sweepflow.store.records import canonical_json

if TYPE_CHECKING:
    from sweepflow.store.records import Json

LONGEST_NAME = 64
"""Characters of a type or a user; both are in the name of a folder."""

LARGEST_METADATA = 1 << 20
"""Bytes of metadata as JSON: it is read whenever the atom is looked at."""

DEEPEST = 100
"""Levels of lists and mappings in metadata."""

_NAME = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_.]{{0,{LONGEST_NAME - 1}}}")
_STRANGE = re.compile(r"[^A-Za-z0-9_.]+")
_PLAIN = "use text, numbers, true, false, None, and lists and mappings of these"


def check_type(type: object) -> str:  # noqa: A002 - the word users know it by
    """Give an atom's type.

    Raises:
        AtomError: It cannot be one.
    """
    return _name("type", type)


def check_user(user: object = None) -> str:
    """Give the user whose atom it is: without one, whoever runs this.

    Raises:
        AtomError: It cannot be one.
    """
    if user is not None:
        return _name("user", user)
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = ""
    return _harmless(name) or "unknown"


def check_tags(tags: object) -> tuple[str, ...]:
    """Give tags in their order, each once.

    Raises:
        AtomError: They are not several texts.
    """
    if isinstance(tags, str) or not isinstance(tags, Iterable):
        raise AtomError(
            f"the tags of an atom are {tags!r}", hint="write a list of texts"
        )
    found = tuple(cast("Iterable[object]", tags))
    for tag in found:
        if not isinstance(tag, str) or not tag:
            raise AtomError(
                f"a tag of an atom is {tag!r}", hint="a tag is a text, not an empty one"
            )
    return tuple(dict.fromkeys(cast("tuple[str, ...]", found)))


def check_metadata(metadata: object) -> dict[str, Json]:
    """Give a copy of metadata as JSON would give it back.

    Raises:
        AtomError: JSON cannot say it, or it is too large.
    """
    if not isinstance(metadata, Mapping):
        raise AtomError(
            f"the metadata of an atom is of type {_kind(metadata)}",
            hint="write a mapping, such as {'source': 'somewhere'}",
        )
    plain = _mapping(cast("Mapping[object, object]", metadata), "metadata", 0)
    size = len(canonical_json(plain))
    if size > LARGEST_METADATA:
        raise AtomError(
            f"the metadata of an atom takes {size:,} bytes as JSON, and may take "
            f"{LARGEST_METADATA:,}",
            hint="put what is large into the atom's files",
        )
    return plain


def _name(what: str, name: object) -> str:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    better = _harmless(name) if isinstance(name, str) else ""
    raise AtomError(
        f"{name!r} cannot be the {what} of an atom",
        hint=f"use 1 to {LONGEST_NAME} of the letters A-Z and a-z, digits, '_' and '.'"
        + (f", as in {better!r}" if better else ""),
    )


def _harmless(name: str) -> str:
    return _STRANGE.sub("_", name)[:LONGEST_NAME].lstrip(".")


def _plain(value: object, where: str, depth: int) -> Json:
    """Give a value with plain types only: other libraries have floats of their own."""
    if depth > DEEPEST:
        raise AtomError(f"the metadata of an atom has more than {DEEPEST} levels")
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case float() if math.isfinite(value):
            return float(value)
        case str():
            return str.__str__(value)
        case Mapping():
            return _mapping(cast("Mapping[object, object]", value), where, depth)
        case list() | tuple():
            items = cast("Iterable[object]", value)
            return [_plain(v, f"{where}[{i}]", depth + 1) for i, v in enumerate(items)]
        case _:
            said = value if isinstance(value, float) else f"of type {_kind(value)}"
            raise AtomError(f"{where} is {said}, which JSON cannot say", hint=_PLAIN)


def _mapping(
    mapping: Mapping[object, object], where: str, depth: int
) -> dict[str, Json]:
    for key in mapping:
        if not isinstance(key, str):
            raise AtomError(
                f"{where} has the key {key!r}", hint="in JSON every key is a text"
            )
    items = cast("Mapping[str, Any]", mapping).items()
    return {
        str.__str__(key): _plain(value, f"{where}.{key}", depth + 1)
        for key, value in items
    }


def _kind(value: object) -> str:
    return type(value).__name__
