"""From data in memory to the file that an atom is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from sweepflow.atom.errors import AtomError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def encode(data: object) -> tuple[bytes, str]:
    """Give the bytes of data and a file name whose suffix says how to read them.

    Raises:
        AtomError: There is no plain form for such data.
    """
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(cast("bytes", data)), "data.bin"
    if isinstance(data, str):
        return _encoded(data), "data.txt"
    if isinstance(data, list):
        items = cast("list[object]", data)
        if all(isinstance(item, dict) for item in items):
            return b"".join(lines(items)), "data.jsonl"
    return to_json(cast("object", data)), "data.json"


def lines(rows: Iterable[object]) -> Iterator[bytes]:
    """Give each row as a line of JSON.

    Raises:
        AtomError: JSON cannot say it.
    """
    for number, row in enumerate(rows, 1):
        yield to_json(row, f"row {number}") + b"\n"


def to_json(data: object, what: str = "the data") -> bytes:
    """Give data as JSON in one line.

    Raises:
        AtomError: JSON cannot say it.
    """
    try:
        text = json.dumps(data, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise AtomError(
            f"{what} cannot be written as JSON: {error}",
            hint="give bytes, text, or what JSON can say; or write a file and give "
            "its path",
        ) from None
    return _encoded(text, what)


def parse(text: bytes) -> Any:  # noqa: ANN401 - it is whatever was written
    """Give what JSON says.

    Raises:
        ValueError: It is not valid.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _encoded(text: str, what: str = "the data") -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise AtomError(
            f"{what} holds {text[error.start]!r}, which is no character",
            hint="give bytes for what is no text",
        ) from None
