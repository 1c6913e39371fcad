"""The numbers of an attempt, where they stand in its folder.

A command prints them (`output.log`, see `scalars.patterns`). What gives them in another
way appends lines of JSON to `numbers.jsonl`, each in one write, so that many processes
may do so at a time:

    ["loss", 0.5, 3]                         of a step that is followed: name, value,
                                             and the step of its work, or null
    {"run": "5f0c…", "status": "completed",  of an app under a command: an MLflow run,
     "params": {"lr": 0.1},                  how it ended, what it was of, and what
     "metrics": {"acc": 1}}                  came of it

A command finds the folder in the variable SWEEPFLOW_ATTEMPT. An app (`app/numbers.py`)
knows no engine: these are the words that both agree on.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from sweepflow.engine.attempt import Findings
from sweepflow.engine.output import OutputReader
from sweepflow.engine.scalars import DEFAULT, Reader, Recorder, Scalar
from sweepflow.store.configurations import CONFIGURATIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from sweepflow.engine.attempt import Attempt
    from sweepflow.store.records import ScalarRecord

VARIABLE: Final = "SWEEPFLOW_ATTEMPT"
"""Names the attempt's folder to a command."""

MOST_SECONDS: Final = 3.0
"""For reading what a command printed; then only the end of it counts."""

_END_BYTES: Final = 1 << 20
_CHUNK: Final = 1 << 18


def of_command(attempt: Attempt, params: Collection[str]) -> Findings:
    """Give the numbers that a command gave.

    Those that it printed give way to those of its MLflow run. Where it had several of
    these, a fact has each of them: see `store.configurations`.

    Args:
        attempt: It has ended.
        params: Names that are no results: a command may print what it was given.
    """
    printed, tracked = Recorder(), Recorder()
    told: list[dict[str, Any]] = []
    with suppress(OSError):
        printed.add(_printed(attempt.output, params))
    with suppress(OSError):
        told = _tracked(attempt.numbers)
    if len(told) == 1:
        numbers = told[0]["metrics"].items()
        tracked.add(Scalar(name, value, None) for name, value in numbers)
    records = (*printed.records(), *tracked.records())
    scalars = {record.name: record for record in records}
    facts = {CONFIGURATIONS: told} if len(told) > 1 else {}
    return Findings(tuple(scalars.values()), facts)


def of_step(path: Path) -> tuple[ScalarRecord, ...]:
    """Give the numbers that a step left in a file, before it could tell of them."""
    recorder, follower = Recorder(), Follower(path)
    while scalars := follower.read():
        recorder.add(scalars)
    return recorder.records()


class FollowedRecorder(Recorder):
    """Also appends each number to a file, for who follows it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def add(self, scalars: Iterable[Scalar]) -> None:
        for scalar in scalars:
            super().add([scalar])
            with suppress(OSError):  # a full disk is no reason for a step to fail
                _append(self._path, scalar)


class Follower:
    """Gives the numbers that were appended since it was last asked."""

    def __init__(self, path: Path) -> None:
        self._file = OutputReader(path)
        self._rest = b""

    def read(self) -> tuple[Scalar, ...]:
        """Give some of them, in order; none where there are no more."""
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        return tuple(scalar for line in lines if (scalar := _scalar(line)))


def _append(path: Path, scalar: Scalar) -> None:
    line = json.dumps(scalar).encode() + b"\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    try:
        file = os.open(path, flags, 0o666)
    except FileNotFoundError:  # what runs in the driver's process has no folder yet
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, flags, 0o666)
    try:
        os.write(file, line)
    finally:
        os.close(file)


def _scalar(line: bytes) -> Scalar | None:
    match _json(line):
        case [str(name), float(value), int() | None as step]:
            return Scalar(name, value, step)
        case _:
            return None


def _printed(output: Path, params: Collection[str]) -> Iterator[Scalar]:
    reader = Reader(DEFAULT, params)
    deadline = time.monotonic() + MOST_SECONDS
    with output.open("rb") as file:
        begin_of_end = os.fstat(file.fileno()).st_size - _END_BYTES
        while chunk := file.read(_CHUNK):
            yield from reader.feed(chunk)
            if file.tell() < begin_of_end and time.monotonic() > deadline:
                file.seek(begin_of_end)
                reader.skip()
    yield from reader.finish()


def _tracked(path: Path) -> list[dict[str, Any]]:
    """Give what an app told, the last word on each of its runs."""
    runs: dict[str, dict[str, Any]] = {}
    with path.open("rb") as file:
        for line in file:
            match _json(line):
                case {
                    "run": str(run),
                    "status": str(),
                    "params": dict(),
                    "metrics": dict(),
                } as told:
                    metrics = cast("dict[str, object]", told["metrics"]).items()
                    kept = {k: v for k, v in metrics if isinstance(v, int | float)}
                    runs[run] = {**told, "metrics": kept}
                case _:
                    pass
    return list(runs.values())


def _json(line: bytes) -> Any:  # noqa: ANN401 - whatever somebody wrote
    with suppress(ValueError):
        return json.loads(line)
    return None
