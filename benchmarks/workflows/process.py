"""Processes of tools, run in a project's folder: measured, held, killed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from benchmarks.measure import SideError, last_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.measure import Side

NO_STALE_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Python takes a source of equal size, edited within the same second, for unchanged."""

_NAMES_ERROR = re.compile(r"[\w.]*(Error|Exception|ERROR)\b")


@dataclass(frozen=True)
class Usage:
    """What a process took that has ended with exit status 0.

    Args:
        wall: Seconds from start to end.
        cpu: Seconds of user and system time, of all that it started and waited for.
        memory: Bytes; the most that it or one of those processes held at once.
    """

    wall: float
    cpu: float
    memory: int


class Started:
    """A process in a group of its own; its output is kept aside."""

    def __init__(
        self,
        side: Side,
        argv: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
    ) -> None:
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - see `ended`
        self._places = f"{folder}/", f"{side.bin}/"
        self._begun = time.perf_counter()
        self._process = subprocess.Popen(
            [str(side.bin / argv[0]), *argv[1:]],
            cwd=folder,
            env=side.environment() | dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def ended(self, limit: float) -> Usage:
        """Wait for its end, which comes after `limit` seconds in any case.

        Raises:
            SideError: Its exit status is not 0.
        """
        timer = threading.Timer(limit, self.kill)
        timer.start()
        _, status, usage = os.wait4(self._process.pid, 0)
        wall = time.perf_counter() - self._begun
        timer.cancel()
        self._process.returncode = os.waitstatus_to_exitcode(status)
        with self._output:
            self._output.seek(0)
            text = self._output.read().decode("utf-8", "replace")
        if wall >= limit:
            raise SideError(f"not done after {limit:.0f} s")
        if status:
            for place in self._places:
                text = text.replace(place, "")
            raise SideError(_reason(text))
        cpu = usage.ru_utime + usage.ru_stime
        return Usage(wall, cpu, usage.ru_maxrss * 1024)

    def kill(self) -> None:
        """Kill its group, as a machine that goes down would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _reason(text: str) -> str:
    """Give the last line that names an error, and the next if it only announces."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for place in reversed(range(len(lines))):
        if _NAMES_ERROR.match(lines[place]):
            more = place + 2 if lines[place].endswith(":") else place + 1
            return " ".join(lines[place:more]).partition(". ")[0]
    return last_line(text)
