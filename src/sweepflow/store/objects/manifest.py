"""What a stored folder holds, written down so that equal content has equal bytes.

A manifest is a line of JSON for each thing in the folder, after one that names the
format: a folder before what is in it, names in order, keys in order. Times, owners and
permissions other than "executable" are not in it. Line by line it is written and read
in the memory of one line, however much the folder holds.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEADER = b'{"format":"sweepflow tree","version":1}\n'

LONGEST = 1 << 16
"""No line is longer, in bytes: a path has 4096 of them, each at most six in JSON."""

_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder in a stored folder; `path` is relative, with `/` between names."""

    path: str


@dataclass(frozen=True, slots=True)
class File:
    """A file in a stored folder; `size` in bytes."""

    path: str
    digest: str
    size: int
    executable: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link in a stored folder; it leads to `text`, within that folder."""

    path: str
    text: str


Entry: TypeAlias = Folder | File | Link


def stays_inside(path: str, text: str) -> bool:
    """Tell whether a link cannot lead out of the folder that `path` is relative to.

    Each `..` has to stand at the front: behind a name it would leave wherever that
    name leads, which may be another link.
    """
    parts = [part for part in text.split("/") if part not in {"", "."}]
    up = next((n for n, part in enumerate(parts) if part != ".."), len(parts))
    return (
        not text.startswith("/")
        and "\0" not in text
        and up <= path.count("/")
        and ".." not in parts[up:]
    )


def encode(entry: Entry) -> bytes:
    """Give the line of an entry."""
    columns: dict[str, object] = {"path": entry.path}
    match entry:
        case Folder():
            columns["kind"] = "folder"
        case File(_, digest, size, executable):
            columns |= {"kind": "file", "digest": digest, "size": size}
            columns["executable"] = executable
        case Link(_, text):
            columns |= {"kind": "link", "text": text}
    return f"{_to_json(columns)}\n".encode()


def decode(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Give the entries of a manifest, each under a folder that came before it.

    So nothing made in their order lies outside, or behind a link.

    Raises:
        ValueError: It is no such manifest; what is wrong, in a few words.
    """
    lines = iter(lines)
    if next(lines, b"") != HEADER:
        raise ValueError("it does not begin as one")
    before: list[str] = []
    folders = [""]
    for line in lines:
        entry = _decode(line)
        parts = entry.path.split("/")
        if parts <= before or not all(map(_is_name, parts)):
            raise ValueError(f"{entry.path!r} has no place in it")
        parent = "/".join(parts[:-1])
        while folders[-1] != parent:
            folders.pop()
            if not folders:
                raise ValueError(f"{entry.path!r} is in no folder of it")
        if isinstance(entry, Folder):
            folders.append(entry.path)
        before = parts
        yield entry


def _is_name(name: str) -> bool:
    return name not in {"", ".", ".."} and "\0" not in name


def _decode(line: bytes) -> Entry:
    columns: object = json.loads(line)
    match columns:
        case {"kind": "folder", "path": str(path)}:
            return Folder(path)
        case {
            "kind": "file",
            "path": str(path),
            "digest": str(digest),
            "size": int(size),
            "executable": bool(executable),
        } if _DIGEST.fullmatch(digest):
            return File(path, digest, size, executable)
        case {"kind": "link", "path": str(path), "text": str(text)} if stays_inside(
            path, text
        ):
            return Link(path, text)
        case _:
            raise ValueError(f"{line!r} is none of its lines")
