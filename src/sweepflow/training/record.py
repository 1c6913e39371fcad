"""What a training has told of its steps: a file with a line for each."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from sweepflow.training.run import Progress

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = "progress.jsonl"


class Recorder:
    """Writes the steps of a training, each of them once.

    Args:
        folder: Of the job. The file may be there, with half a line at its end.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        told = Reader(folder)
        self._last = max((progress.step for progress in told.new()), default=-1)
        if self._path.exists():
            with self._path.open("r+b") as file:
                file.truncate(told.offset)

    def add(self, progress: Progress) -> None:
        """Write a step, unless it was written before: then it was done again."""
        if progress.step <= self._last:
            return
        with self._path.open("ab") as file:
            file.write(json.dumps(asdict(progress)).encode() + b"\n")
        self._last = progress.step


class Reader:
    """Reads the steps of a training while they are written.

    Args:
        folder: Of the job. There may be no file yet.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self.offset = 0

    def new(self) -> list[Progress]:
        """Give what was written since the last call; at first, all."""
        try:
            with self._path.open("rb") as file:
                file.seek(self.offset)
                whole, newline, _ = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return []
        self.offset += len(whole + newline)
        return [Progress(**json.loads(line)) for line in whole.splitlines()]
