"""Reading the output of a run while it is being written."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK_BYTES = 1 << 18


class OutputReader:
    """Gives what was appended to a log since it was last asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read_all(self) -> Iterator[bytes]:
        """Give everything new, in chunks; memory stays constant."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                while data := file.read(CHUNK_BYTES):
                    self._offset += len(data)
                    yield data
        except (FileNotFoundError, NotADirectoryError):  # nothing was ever written
            return

    def read_some(self) -> Iterator[bytes]:
        """Give at most a few chunks, so that one flood does not hold up the rest."""
        return islice(self.read_all(), 8)
