"""The file of a dataset: a sample in each line of JSON."""

from __future__ import annotations

import codecs
import os
import secrets
from typing import TYPE_CHECKING

from sweepflow.datasets.checks import NoSampleError, canonical, parse
from sweepflow.datasets.errors import DatasetError
from sweepflow.errors import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def read_lines(file: Path) -> Iterator[bytes]:
    """Give the samples of a file as their canonical lines, in the memory of one.

    Raises:
        DatasetError: It cannot be read or has none, or a line is no sample.
    """
    try:
        with file.open("rb") as lines:
            yield from checked_lines(file, lines)
    except OSError as error:
        raise DatasetError(f"{file}: cannot be read: {error.strerror}") from None


def checked_lines(file: Path, lines: Iterable[bytes]) -> Iterator[bytes]:
    """Give the samples of lines as their canonical lines; see `read_lines`.

    Args:
        file: What errors say that it is.
        lines: Of the file.
    """
    is_empty = True
    for number, line in enumerate(lines, 1):
        if number == 1 and line.startswith(codecs.BOM_UTF8):
            raise DatasetError(
                "the file begins with a byte order mark",
                place=Place(file, 1),
                hint="save it as UTF-8 without one",
            )
        if line.strip():
            yield _checked(file, number, line)
            is_empty = False
    if is_empty:
        raise DatasetError(f"{file}: there are no samples in it")


def _checked(file: Path, number: int, line: bytes) -> bytes:
    try:
        return canonical(parse(line))
    except NoSampleError as error:
        raise DatasetError(
            f"the line {error}",
            place=Place(file, number),
            hint='a line is a sample: {"messages": [{"role": "user", "content": "…"}, '
            '{"role": "assistant", "content": "…"}]}',
        ) from None


def write_lines(file: Path, lines: Iterable[bytes]) -> None:
    """Write a file, all of it or nothing.

    Raises:
        DatasetError: It cannot be written.
    """
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as text:
                text.writelines(line + b"\n" for line in lines)
                text.flush()
                os.fsync(text.fileno())
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise DatasetError(f"{file}: cannot be written: {error.strerror}") from None
