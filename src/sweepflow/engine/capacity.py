"""How much there is for tasks to use at a time, and how much of it is free."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.task import StepCall
from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.policy import Resources
    from sweepflow.engine.task import Task


class Capacity:
    """Cores, GPUs and memory, shared out among the tasks that run.

    Args:
        cpus: How many cores the tasks may use at a time.
    """

    def __init__(self, cpus: int) -> None:
        self._cpus = self._free_cpus = cpus
        self._gpus = _gpus()
        self._free_gpus = list(self._gpus)
        self._memory = self._free_memory = _memory()

    def check(self, plan: Plan) -> None:
        """See that each task of a plan could run at all.

        Raises:
            PlanError: One needs more than there is.
        """
        for task in plan.tasks:
            needs = task.resources
            for noun, wanted, there in (
                ("GPUs", needs.gpus, len(self._gpus)),
                ("bytes of memory", needs.memory or 0, self._memory),
            ):
                if wanted > there:
                    raise PlanError(
                        f"{task.key} needs {wanted:,} {noun}, there are {there:,}",
                        hint="ask for less in its resources, or use another machine",
                    )

    def fits(self, needs: Resources | None) -> bool:
        """Say whether a task with these needs may start now."""
        if needs is None:
            return True
        return (
            min(needs.cpus, self._cpus) <= self._free_cpus
            and needs.gpus <= len(self._free_gpus)
            and (needs.memory or 0) <= self._free_memory
        )

    def take(self, needs: Resources | None) -> tuple[int, ...] | None:
        """Take what a task needs, and give the numbers of its GPUs, if it wants any."""
        if needs is None:
            return None
        self._free_cpus -= min(needs.cpus, self._cpus)
        self._free_memory -= needs.memory or 0
        gpus = self._free_gpus[: needs.gpus]
        del self._free_gpus[: needs.gpus]
        return tuple(gpus) or None

    def give_back(self, needs: Resources | None, gpus: tuple[int, ...] | None) -> None:
        """Give back what was taken."""
        if needs is None:
            return
        self._free_cpus += min(needs.cpus, self._cpus)
        self._free_memory += needs.memory or 0
        self._free_gpus += gpus or ()


def cores() -> int:
    """Give how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def needs_of(task: Task) -> Resources | None:
    """Give what a task needs; None for an async step, which mostly waits."""
    is_async = isinstance(task.action, StepCall) and task.action.is_async
    return None if is_async and not task.resources.gpus else task.resources


def _gpus() -> list[int]:
    """Give the numbers of the GPUs that we may use."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        numbers = [part.strip() for part in named.split(",")]
        return [int(number) for number in numbers if number.isdecimal()]
    cards = Path("/proc/driver/nvidia/gpus")
    return list(range(len(list(cards.iterdir())))) if cards.is_dir() else []


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
