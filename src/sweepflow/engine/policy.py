"""What a task needs to run, and what is done when it fails."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_DELAY: Final = 3600.0
"""Seconds that nothing waits longer than before it is tried again."""

_MEMORY: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGTP]?)(i?)B?\s*", re.IGNORECASE)
_POWERS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}


@dataclass(frozen=True, init=False)
class Resources:
    """What a task takes while it runs.

    Args:
        cpus: Cores.
        gpus: Whole devices.
        memory: Bytes, or a text such as `4GiB` (1024³ bytes each) or `500MB` (1000²);
            None where it does not matter.

    Raises:
        PlanError: One of them is negative, there are no cores, or the text is no size.
    """

    cpus: int
    gpus: int
    memory: int | None

    def __init__(
        self, cpus: int = 1, gpus: int = 0, memory: int | str | None = None
    ) -> None:
        size = parse_memory(memory) if isinstance(memory, str) else memory
        _check_count("cpus", cpus, least=1)
        _check_count("gpus", gpus, least=0)
        if size is not None:
            _check_count("memory", size, least=1)
        object.__setattr__(self, "cpus", cpus)
        object.__setattr__(self, "gpus", gpus)
        object.__setattr__(self, "memory", size)


@dataclass(frozen=True)
class Retry:
    """How often, and after which errors, a task is tried again.

    Args:
        attempts: How often it is tried in all.
        backoff: Seconds before the second attempt; doubled before each further one.
        on: The errors that may pass by themselves, with their subclasses. After any
            other error it is not tried again.

    Raises:
        PlanError: There is no attempt, the time is negative, or `on` holds what is
            no exception class.
    """

    attempts: int = 3
    backoff: float = 1.0
    on: tuple[type[BaseException], ...] = (TimeoutError, ConnectionError)

    def __post_init__(self) -> None:
        object.__setattr__(self, "on", _exceptions(self.on))
        _check_count("attempts", self.attempts, least=1)
        if not (math.isfinite(self.backoff) and self.backoff >= 0):
            raise PlanError(
                f"backoff is {self.backoff!r}", hint="write seconds, 0 or more"
            )

    def delay(self, attempt: int) -> float:
        """Give the seconds to wait after an attempt that failed.

        Args:
            attempt: Its number; the first is 1.
        """
        doublings = min(attempt - 1, 1023)  # what a float can hold
        return min(self.backoff * 2.0**doublings, LONGEST_DELAY)

    def names(self) -> tuple[str, ...]:
        """Give the qualified names of `on`, as `is_transient` takes them."""
        return tuple(qualified_name(error) for error in self.on)


def qualified_name(kind: type) -> str:
    """Give a class's name with its module: `builtins.TimeoutError`."""
    return f"{kind.__module__}.{kind.__qualname__}"


def family(error: type[BaseException]) -> tuple[str, ...]:
    """Give the qualified names of an exception class and all that it derives from.

    It says to another process, which may not have the class, what kind of error it was.
    """
    return tuple(qualified_name(kind) for kind in error.__mro__)


def is_transient(error: Iterable[str], transient: Iterable[str]) -> bool:
    """Tell whether an error may pass by itself.

    Args:
        error: What `family` gives of its class.
        transient: What `Retry.names` gives.
    """
    return not set(error).isdisjoint(transient)


def parse_memory(text: str) -> int:
    """Give the bytes that a text such as `4GiB`, `1.5 GB`, `512M` or `1024` stands for.

    `KiB` and its like are powers of 1024, `KB` and `K` of 1000.

    Raises:
        PlanError: It is no size.
    """
    found = _MEMORY.fullmatch(text)
    if found is None or (found[3] and not found[2]):
        raise PlanError(
            f"{text!r} is no size of memory", hint="write bytes, or a text like '4GiB'"
        )
    base = 1024 if found[3] else 1000
    return math.ceil(float(found[1]) * base ** _POWERS[found[2].upper()])


def _check_count(name: str, value: object, *, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise PlanError(
            f"{name} is {value!r}", hint=f"write a whole number, {least} or more"
        )


def _exceptions(given: object) -> tuple[type[BaseException], ...]:
    many = cast(
        "Iterable[object]", given if isinstance(given, tuple | list) else [given]
    )
    kinds: list[type[BaseException]] = []
    for kind in many:
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise PlanError(
                f"{kind!r} is no exception class",
                hint="name classes: Retry(on=(TimeoutError,))",
            )
        kinds.append(kind)
    return tuple(kinds)
