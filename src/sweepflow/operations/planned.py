"""What is to run: operations with values for all their flags, and steps in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.operations.flags.destinations import Destination
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.flags import Flag
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.steps import StepEntry


@dataclass(frozen=True)
class Planned:
    """An operation with values for all its flags: one run to be, and the steps in it.

    Args:
        operation: What is run.
        flags: Its flags: of its file, of its script, and those that were forced on it.
        destination: Where their values go.
        values: Those of all flags, defaults too. References in them stay: only steps,
            labels and commands have theirs filled in.
        given: What the user named for what it requires: an id of a run or a path, by
            the flag as the user wrote it.
        label: Its references are filled in; empty where nobody said one.
        tags: Likewise, each once.
        steps: What is run in it, in order.
    """

    operation: Operation
    flags: tuple[Flag, ...]
    destination: Destination
    values: Mapping[str, Value]
    given: Mapping[str, str]
    label: str
    tags: tuple[str, ...]
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True)
class PlannedStep:
    """A step of a run.

    Args:
        name: Of the link to it in the folder of the run that it is in.
        entry: As the file has it; references in `gpus`, `batch_label` and `batch_tags`
            are filled in.
        operation: What is run, even where there is no trial.
        trials: One run, or those of a batch.
        is_batch: Whether several values were asked for, even if that is one run, or
            none.
    """

    name: str
    entry: StepEntry
    operation: Operation
    trials: tuple[Planned, ...]
    is_batch: bool


@dataclass(frozen=True)
class Asked:
    """What a user asked for.

    Args:
        trials: One run, or those of a batch.
        is_batch: As in a step.
        notes: What a user should know, a line each: what could not be found out, or
            has no effect.
    """

    trials: tuple[Planned, ...]
    is_batch: bool
    notes: tuple[str, ...] = ()
