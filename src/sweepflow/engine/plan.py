"""A plan: an immutable graph of tasks, known before anything runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from sweepflow.engine.task import Task


@dataclass(frozen=True)
class Plan:
    """The tasks of one `sweepflow run`, in the order in which they were written.

    Args:
        name: What was asked for: the name of a job, an operation or a workflow.
        tasks: The nodes; what they wait for are the edges.
        kind: What the name is of: `job`, `workflow` or `operation`.
        user: In whose name the results are kept; None for who is logged in.

    Raises:
        PlanError: Two tasks have the same key, a task waits for one that is not in
            the plan, or tasks wait for each other in a circle.
    """

    name: str
    tasks: tuple[Task, ...]
    kind: str = "job"
    user: str | None = None

    def __post_init__(self) -> None:
        counts = Counter(task.key for task in self.tasks)
        if twice := next((key for key, n in counts.items() if n > 1), None):
            raise PlanError(f"two tasks of {self.name!r} have the key {twice!r}")
        graph = {task.key: task.waits_for() for task in self.tasks}
        for key, others in graph.items():
            for other in others:
                if other not in counts:
                    raise PlanError(
                        f"task {key!r} of {self.name!r} waits for {other!r}, "
                        "which is not in the plan"
                    )
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = " -> ".join(error.args[1])
            raise PlanError(
                f"tasks of {self.name!r} wait for each other: {circle}"
            ) from None
