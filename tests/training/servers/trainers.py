"""Who trains behind the servers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias


class RefusedError(Exception):
    """What a server says of a training that failed."""


class StoppedError(Exception):
    """A training was cancelled."""


@dataclass
class Work:
    """What is to be trained, and how far that is.

    Args:
        dataset: Lines of JSON.
        hyperparameters: As the service calls them.
        steps: Step, total and loss, of what was done.
        stopped: Set when it is to end.
    """

    dataset: bytes
    hyperparameters: Mapping[str, Any]
    steps: list[tuple[int, int, float]] = field(default_factory=list[Any])
    stopped: threading.Event = field(default_factory=threading.Event)

    def report(self, step: int, total: int, loss: float) -> None:
        self.steps.append((step, total, loss))


Trainer: TypeAlias = Callable[[Work], Path | None]


def at_once(work: Work) -> Path | None:
    """Train nothing, in three steps."""
    for step in (1, 2, 3):
        work.report(step, 3, 1.0 / step)
    return None


def endless(work: Work) -> Path | None:
    """Train until that is stopped."""
    work.report(1, 1000, 2.0)
    work.stopped.wait()
    raise StoppedError


def refusing(work: Work) -> Path | None:
    """Find fault with the dataset."""
    raise RefusedError("The job failed due to an invalid training file.")
