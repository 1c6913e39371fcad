"""How much memory a function takes, measured where nothing else is at work.

    python -m tests.memory < PICKLE

`tracemalloc` may crash a process with other threads as it starts and ends, and counts
what these take. So the function runs in a process of its own.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def peak_memory(function: Callable[..., object], *args: object) -> int:
    """Give the most bytes that a function took at a time.

    Args:
        function: Of a module, so that another process finds it. It calls
            `tracemalloc.start` once it is ready for what is to be measured; what it
            raises fails the test.
        args: What it gets; they can be pickled.
    """
    result = subprocess.run(
        [sys.executable, "-m", "tests.memory"],
        input=pickle.dumps((function, args)),
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
        check=True,
    )
    return int(result.stdout)


def _measure() -> None:
    # From `peak_memory`, through a pipe.
    call: tuple[Callable[..., object], tuple[Any, ...]]
    call = pickle.load(sys.stdin.buffer)  # noqa: S301
    function, args = call
    function(*args)
    _, peak = tracemalloc.get_traced_memory()
    sys.stdout.write(str(peak))


if __name__ == "__main__":
    _measure()
