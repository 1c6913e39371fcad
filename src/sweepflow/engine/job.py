"""A task on its way through a walk, and where such tasks wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sweepflow.engine.capacity import needs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.attempt import ExitRecord
    from sweepflow.engine.capacity import Capacity
    from sweepflow.engine.fingerprint import Fingerprint
    from sweepflow.engine.numbers import Follower
    from sweepflow.engine.output import OutputReader
    from sweepflow.engine.policy import Resources
    from sweepflow.engine.task import Identity, Task
    from sweepflow.store.records import AtomRecord


@dataclass(slots=True)
class Job:
    """A task on its way, once its inputs are there.

    Args:
        index: Its place in the plan.
        fresh: Whether known results do not count.
        identity: What decides its result beside its inputs, at this moment.
        attempt: The number of the attempt that is next or runs.
        output: What reads its log, while it runs.
        numbers: What reads its numbers, where they are followed.
        behind: Whether there is output that is known and was not told.
        record: How it ended, once it has.
        unwanted: Why it is to end now, where somebody has said so.
    """

    index: int
    task: Task
    inputs: Mapping[str, AtomRecord]
    identity: Identity | None = None
    fingerprint: Fingerprint | None = None
    fresh: bool = False
    run_id: str = ""
    started_at: float = 0.0
    attempt: int = 1
    gpus: tuple[int, ...] | None = None
    output: OutputReader | None = None
    numbers: Follower | None = None
    behind: bool = False
    record: ExitRecord | None = None
    unwanted: str | None = None


@dataclass(slots=True)
class Queue:
    """Jobs that wait for room, by what they need, each kind in the plan's order."""

    heaps: dict[Resources | None, list[tuple[int, Job]]] = field(
        default_factory=dict["Resources | None", "list[tuple[int, Job]]"]
    )

    def put(self, job: Job) -> None:
        heappush(self.heaps.setdefault(needs_of(job.task), []), (job.index, job))

    def take(self, capacity: Capacity) -> Job | None:
        """Take the first job of the plan that there is room for."""
        fitting = [heap for n, heap in self.heaps.items() if heap and capacity.fits(n)]
        return heappop(min(fitting, key=lambda heap: heap[0]))[1] if fitting else None

    def next_like(self, job: Job, count: int) -> list[Job]:
        """Take the next few jobs that need the same, and have a fingerprint."""
        heap = self.heaps.get(needs_of(job.task), [])
        found: list[Job] = []
        while heap and len(found) < count:
            following = heap[0][1]
            if (
                following.attempt > 1
                or following.fingerprint is None
                or not following.task.reuse
            ):
                break
            found.append(heappop(heap)[1])
        return found

    def drain(self) -> list[Job]:
        jobs = [job for heap in self.heaps.values() for _, job in heap]
        self.heaps.clear()
        return jobs
