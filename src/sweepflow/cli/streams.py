"""Standard input, output and error, in whatever state they are handed to us."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Generator
    from io import TextIOWrapper
    from typing import BinaryIO, TextIO


def prepare() -> None:
    """Open what is closed, and let no character fail to be written."""
    _open_closed()
    codecs.register_error("sweepflow", _escape)
    cast("TextIOWrapper[BinaryIO]", sys.stdout).reconfigure(errors="sweepflow")


def discard(stream: TextIO) -> None:
    """Let all that is written from now on go nowhere, and what waits to be, too."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


@contextmanager
def lossy(stream: TextIO) -> Generator[None]:
    """Discard a stream once it cannot be written, and go on."""
    try:
        yield
    except OSError:
        discard(stream)


def _open_closed() -> None:
    """Open the descriptors 0 to 2 that are closed, so that no file or pipe is one."""
    while (null := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(null)
    # Python has None for those that it found closed.
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def _escape(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write the bytes that an argument had, else an escape for the character."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.backslashreplace_errors(error)
