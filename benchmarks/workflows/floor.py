"""What the machine itself takes for a process."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measure import Side


def bare_python(side: Side, number: int, repeat: int) -> float:
    """Give the seconds of so many `python -c pass`, one after the other."""
    return _spawn([side.python, "-c", "pass"], number, repeat, side.environment())


def posix_spawn_of_true(number: int, repeat: int) -> float:
    """Give the seconds of so many `true`, one after the other."""
    true = shutil.which("true") or "/bin/true"
    return _spawn([true], number, repeat, dict(os.environ))


def _spawn(
    argv: list[str], number: int, repeat: int, environment: dict[str, str]
) -> float:
    """Give the median of the seconds of `number` processes."""
    seconds: list[float] = []
    for _ in range(repeat):
        begun = time.perf_counter()
        for _ in range(number):
            os.waitpid(os.posix_spawn(argv[0], argv, environment), 0)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)
