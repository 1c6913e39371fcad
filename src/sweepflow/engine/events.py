"""What happens while a plan runs: one event a change of state.

The progress bar, the plain lines of a pipe and the tests all listen to this stream.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.engine.plan import Plan
    from sweepflow.engine.scalars import Scalar
    from sweepflow.engine.task import Checked, Outcome, Task


@dataclass(frozen=True, slots=True)
class PlanStarted:
    plan: Plan


@dataclass(frozen=True, slots=True)
class TaskStarted:
    task: Task
    run_id: str


@dataclass(frozen=True, slots=True)
class TaskOutput:
    """Bytes that a task wrote, as they came; a line may come in parts."""

    task: Task
    data: bytes


@dataclass(frozen=True, slots=True)
class TaskNumbers:
    """Numbers that a step gave, in order; told where the engine `follows_numbers`."""

    task: Task
    scalars: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """A task ended, and that is recorded.

    Args:
        seconds: How long it ran.
        log: All its output; the file is missing where nothing of it was captured.
    """

    task: Task
    run_id: str
    outcome: Outcome
    seconds: float
    log: Path


@dataclass(frozen=True, slots=True)
class TaskCached:
    """A task did not run: its outputs are those of an earlier run."""

    task: Task
    run_id: str
    cached_from: str


@dataclass(frozen=True, slots=True)
class TaskChecked:
    """What had to hold of a completed run was looked at."""

    task: Task
    checked: Checked


@dataclass(frozen=True, slots=True)
class TaskHeld:
    """A task waits, since another process is doing the same work."""

    task: Task
    host: str


@dataclass(frozen=True, slots=True)
class TaskRetried:
    """An attempt failed with an error that may pass; the next starts in `seconds`."""

    task: Task
    error: str
    seconds: float


@dataclass(frozen=True, slots=True)
class OutputDamaged:
    """A known result cannot be used, since the bytes of an output are not intact."""

    task: Task
    name: str
    atom: str


@dataclass(frozen=True, slots=True)
class TaskSkipped:
    """A task was never started; `outcome.error` says why."""

    task: Task
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A signal came from outside; what runs is being ended."""

    signum: int


Event: TypeAlias = (
    PlanStarted
    | TaskStarted
    | TaskOutput
    | TaskNumbers
    | TaskFinished
    | TaskCached
    | TaskChecked
    | TaskHeld
    | TaskRetried
    | OutputDamaged
    | TaskSkipped
    | Interrupted
)
Listener: TypeAlias = Callable[[Event], None]
