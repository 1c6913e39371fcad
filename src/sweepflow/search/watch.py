"""Watching trials while they run, to end those that promise little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.engine.events import TaskFinished, TaskNumbers, TaskOutput
from sweepflow.engine.scalars import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.engine.engine import Engine
    from sweepflow.engine.events import Event
    from sweepflow.engine.scalars import Scalar
    from sweepflow.engine.task import Task
    from sweepflow.search.explore import Target
    from sweepflow.search.study import Study, Trial


class Watch:
    """Listens to the numbers of the trials of a round.

    Args:
        study: Hears them, and says what is to end.
        engine: Ends it.
        target: Knows how numbers stand in the output.
        tasks: As for `Round`.
        trials: Those of the round.
    """

    def __init__(
        self,
        study: Study,
        engine: Engine,
        target: Target,
        tasks: Sequence[Mapping[str, str]],
        trials: Sequence[Trial],
    ) -> None:
        self._study = study
        self._engine = engine
        self._target = target
        self._names: dict[str, str] = {}
        self._trials: dict[str, list[int]] = {}  # several may share a step
        for trial, keys in zip(trials, tasks, strict=True):
            for name, key in keys.items():
                self._names[key] = name
                self._trials.setdefault(key, []).append(trial.number)
        self._readers: dict[str, Reader | None] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case TaskOutput(task, data):
                if reader := self._reader(task):
                    self._hear(task, reader.feed(data))
            case TaskNumbers(task, scalars):
                self._hear(task, scalars)
            case TaskFinished():
                if reader := self._reader(event.task):
                    self._hear(event.task, reader.finish())
            case _:
                pass

    def _reader(self, task: Task) -> Reader | None:
        if task.key not in self._readers:
            patterns = self._target.patterns(task)
            self._readers[task.key] = patterns and Reader(patterns, task.params)
        return self._readers[task.key]

    def _hear(self, task: Task, scalars: Iterable[Scalar]) -> None:
        numbers = self._trials.get(task.key, ())
        wanted = {
            self._study.metric,
            self._study.metric.removeprefix(f"{self._names.get(task.key, '')}."),
        }
        for name, value, step in scalars:
            if name not in wanted:
                continue
            reasons = [self._study.watch(number, value, step) for number in numbers]
            if reasons and all(reasons):
                self._engine.end_task(task.key, reasons[0] or "")
