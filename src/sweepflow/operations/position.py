"""Where in a plan a run of an operation stands, and how it is to run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweepflow.engine.task import RunInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from sweepflow.engine.task import Checked
    from sweepflow.operations.required import Maker
    from sweepflow.operations.restart import Previous
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.steps import StepEntry
    from sweepflow.store.records import Run


@dataclass(frozen=True, slots=True)
class How:
    """What is said of a step; all but isolation holds for those in it, too."""

    needed: bool = False
    isolated: bool = False
    gpus: str | None = None
    stop_after: float | None = None

    @classmethod
    def of(cls, entry: StepEntry, above: How | None = None) -> How:
        above = above or cls()
        return cls(
            needed=entry.needed or above.needed,
            isolated=entry.isolate_runs,
            gpus="" if entry.no_gpus else entry.gpus or above.gpus,
            stop_after=above.stop_after
            if entry.stop_after is None
            else entry.stop_after,
        )


@dataclass(frozen=True, slots=True)
class At:
    """Where in the plan a run stands.

    Args:
        key: Of its task.
        step: What the run that it belongs to calls it.
        after: Keys of the tasks that come before.
        previous: The run that goes on.
        run_id: The id that it is to have.
        check: Looks at the run when it has completed.
    """

    key: str
    step: str | None = None
    after: tuple[str, ...] = ()
    previous: Previous | None = None
    run_id: str = ""
    check: Callable[[str], Checked] | None = None

    @property
    def was_started(self) -> bool:
        """Whether the run is one that goes on, and was not only staged."""
        return self.previous is not None and self.previous.run.attempts > 0

    @property
    def is_done(self) -> bool:
        """Whether the run had completed."""
        done = {"completed", "cached"}
        return self.previous is not None and self.previous.run.status in done

    def info(self, operation: Operation, label: str, tags: tuple[str, ...]) -> RunInfo:
        """Give what the run is recorded as."""
        run = self.previous.run if self.previous else None
        return RunInfo(
            name=operation.full_name,
            step=self.step or (run.step if run else None),
            parent=run.parent if run else None,
            label=label,
            tags=tags,
            run_id=run.id if run else self.run_id,
            attempts=run.attempts if run else None,
        )


@dataclass(slots=True)
class Members:
    """The runs in a run: what the links to them are called.

    Args:
        tasks: By the keys of those that are to run.
        done: Those that are there already, by these names.
    """

    tasks: dict[str, str] = field(default_factory=dict[str, str])
    done: dict[str, Run] = field(default_factory=dict[str, "Run"])

    def add(self, step: str, maker: Maker) -> None:
        if isinstance(maker, str):
            self.tasks[maker] = step
        else:
            self.done[step] = maker
