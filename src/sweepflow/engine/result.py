"""What became of each task of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.engine.task import Outcome
    from sweepflow.store.records import AtomRecord


@dataclass(frozen=True, slots=True)
class Result:
    """How a task ended, and what it made of what.

    Args:
        outcome: How it ended.
        run_id: Under which it is recorded; None where it never came to that.
        cached_from: The run whose outputs it took, where it took them.
        inputs: What it got, by name.
        outputs: What it made, or took, by name.
        started_at: Unix time in seconds, as is `finished_at`.
        log: The file with its output; it is missing where nothing was captured.
    """

    outcome: Outcome
    run_id: str | None = None
    cached_from: str | None = None
    inputs: Mapping[str, AtomRecord] = field(default_factory=dict[str, "AtomRecord"])
    outputs: Mapping[str, AtomRecord] = field(default_factory=dict[str, "AtomRecord"])
    started_at: float | None = None
    finished_at: float | None = None
    log: Path | None = None
