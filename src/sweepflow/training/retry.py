"""Patience with services: how long to wait before asking once more."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

T = TypeVar("T")

LONGEST_RETRY_AFTER = 120.0
"""Seconds; a service that wants more is not waited for."""


def pauses(first: float, longest: float, factor: float = 1.5) -> Generator[float]:
    """Give growing pauses in seconds, without end.

    Each is shortened by up to a quarter, by chance, so that many who wait for the same
    service do not all come back at the same moment.

    Args:
        first: About how long the first one is.
        longest: What none is longer than.
        factor: How much longer each is than the one before it.
    """
    pause = first
    while True:
        yield min(pause, longest) * random.uniform(0.75, 1.0)  # noqa: S311 - no secret
        pause = min(pause * factor, longest)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Give the seconds that an answer's Retry-After asks for, if it says some."""
    try:
        seconds = float(headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return seconds if 0 <= seconds <= LONGEST_RETRY_AFTER else None


def patiently(
    ask: Callable[[], T], *, passes: Callable[[Exception], bool], seconds: float
) -> T:
    """Ask, and ask again after what may pass, with growing pauses.

    Args:
        ask: Gives the answer, or raises. It must do no harm to ask twice.
        passes: Tells of what was raised whether it may pass.
        seconds: How long, from the first time on; then the last error is raised.
    """
    end = time.monotonic() + seconds
    for pause in pauses(0.5, 20.0):
        try:
            return ask()
        except Exception as error:
            if not passes(error) or time.monotonic() + pause > end:
                raise
        time.sleep(pause)
    raise AssertionError  # pauses have no end
