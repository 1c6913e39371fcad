"""Which tasks of a plan may start, as others end. Pure: it runs nothing."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sweepflow.engine.task import OutputRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.engine.plan import Plan
    from sweepflow.engine.task import Task


def sought_names(plan: Plan) -> set[str]:
    """Give the names of outputs that are wanted from whichever task makes them."""
    return {
        ref.name
        for task in plan.tasks
        for ref in task.inputs.values()
        if isinstance(ref, OutputRef) and ref.is_sought
    }


class Readiness:
    """Tells the tasks that wait for nothing any more, in the order of the plan.

    A task waits for those that it names, until they have ended in whatever way. For an
    input that any earlier task might make, it waits until one has made it, or until
    all of those have ended.
    """

    def __init__(self, plan: Plan) -> None:
        self._tasks = plan.tasks
        self._index = {task.key: n for n, task in enumerate(plan.tasks)}
        self._waits: list[int] = []  # for how many things each task waits
        self._next: defaultdict[str, list[int]] = defaultdict(list)
        self._open = [n for n, t in enumerate(plan.tasks) if t.outputs is None]
        self._open_at = 0  # of these, how many at the front have ended
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        self._seekers: list[tuple[int, str]] = []  # a heap of who waits for a name
        self._ended: set[int] = set()
        self._ready: list[int] = []
        self._maker: dict[str, str] = {}
        self._outputs: dict[str, frozenset[str]] = {}  # of those not known beforehand
        for n, task in enumerate(plan.tasks):
            self._take_in(n, task)
        self._give_up_seeking()

    @property
    def is_over(self) -> bool:
        """Whether every task has ended."""
        return len(self._ended) == len(self._tasks)

    def take(self) -> list[Task]:
        """Give the tasks that have become ready since the last call."""
        taken: list[Task] = []
        while self._ready:
            taken.append(self._tasks[heappop(self._ready)])
        return taken

    def maker(self, task: Task, ref: OutputRef) -> str | None:
        """Give the key of the task whose output is meant, or None if none made it."""
        if ref.task is not None:
            return ref.task
        if ref.among:
            made = (key for key in ref.among if ref.name in self._outputs.get(key, ()))
            return next(made, None)
        key = self._maker.get(ref.name)
        is_before = key is not None and self._index[key] < self._index[task.key]
        return key if is_before else None

    def might_have_made(self, task: Task) -> list[str]:
        """Give the tasks that an input was expected of that none has made."""
        n = self._index[task.key]
        refs = (ref for ref in task.inputs.values() if isinstance(ref, OutputRef))
        unmade = [ref for ref in refs if not self.maker(task, ref)]
        among = {key: None for ref in unmade for key in ref.among}
        if any(ref.is_sought for ref in unmade):
            among |= {self._tasks[m].key: None for m in self._open if m < n}
        return list(among)

    def end(self, key: str, outputs: Iterable[str]) -> None:
        """Take in that a task has ended.

        Args:
            key: Of the task.
            outputs: The names of what it made; none where it failed.
        """
        n = self._index[key]
        self._ended.add(n)
        for waiting in self._next.pop(key, ()):
            self._release(waiting)
        if self._tasks[n].outputs is None:
            names = self._outputs[key] = frozenset(outputs)
            for name in names:
                self._found(name, key, n)
            self._give_up_seeking()

    def _take_in(self, n: int, task: Task) -> None:
        names = task.waits_for()
        for key in names:
            self._next[key].append(n)
        refs = (ref for ref in task.inputs.values() if isinstance(ref, OutputRef))
        sought = {ref.name for ref in refs if ref.is_sought}
        for name in sought:
            self._by_name[name].append(n)
            heappush(self._seekers, (n, name))
        self._waits.append(len(names) + len(sought))
        if not self._waits[n]:
            heappush(self._ready, n)

    def _found(self, name: str, key: str, maker: int) -> None:
        self._maker[name] = key
        waiting = self._by_name.pop(name, [])
        earlier = [n for n in waiting if n <= maker]
        if earlier:
            self._by_name[name] = earlier
        for n in waiting:
            if n > maker:
                self._release(n)

    def _give_up_seeking(self) -> None:
        """Release who waits for a name that no task before it can make any more."""
        while self._open_at < len(self._open):
            if self._open[self._open_at] not in self._ended:
                break
            self._open_at += 1
        is_last = self._open_at == len(self._open)
        first = len(self._tasks) if is_last else self._open[self._open_at]
        while self._seekers and self._seekers[0][0] <= first:
            n, name = heappop(self._seekers)
            if n in self._by_name.get(name, ()):
                self._by_name[name].remove(n)
                self._release(n)

    def _release(self, n: int) -> None:
        self._waits[n] -= 1
        if not self._waits[n]:
            heappush(self._ready, n)
