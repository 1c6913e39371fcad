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
    from sweepflow.engine.task import Outcome, Task


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
class TaskFinished:
    """A task ended; `seconds` is how long it ran, and `log` holds all its output."""

    task: Task
    run_id: str
    outcome: Outcome
    seconds: float
    log: Path


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
    PlanStarted | TaskStarted | TaskOutput | TaskFinished | TaskSkipped | Interrupted
)
Listener: TypeAlias = Callable[[Event], None]
