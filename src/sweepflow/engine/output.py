"""Reading the output of a run while it is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CHUNK_BYTES = 1 << 18
"""How much is shown between two looks at what else has happened."""


class OutputReader:
    """Gives what was appended to a log since it was last asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    @property
    def exists(self) -> bool:
        """Whether there is a log, which not every place of work leaves."""
        return self._path.exists()

    def read(self) -> bytes:
        """Give the next chunk; one that is not full ends where the log now does."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(CHUNK_BYTES)
        except (FileNotFoundError, NotADirectoryError):  # nothing was ever written
            return b""
        self._offset += len(data)
        return data
