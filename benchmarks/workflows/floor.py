"""What the machine itself takes for a process."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measure import Side


def bare_python(side: Side, number: int) -> float:
    """Give the seconds of so many `python -c pass`, one after the other."""
    return _spawn([side.python, "-c", "pass"], number, side.environment())


def posix_spawn_of_true(number: int) -> float:
    """Give the seconds of so many `true`, one after the other."""
    return _spawn([shutil.which("true") or "/bin/true"], number, dict(os.environ))


def _spawn(argv: list[str], number: int, environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    for _ in range(number):
        os.waitpid(os.posix_spawn(argv[0], argv, environment), 0)
    return time.perf_counter() - begun
