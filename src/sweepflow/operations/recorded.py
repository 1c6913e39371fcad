"""Recorded runs, as filters and the columns of comparisons see them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sweepflow.engine.scalars import Recorder, Scalar
from sweepflow.store.configurations import command_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sweepflow.store.home import Home
    from sweepflow.store.records import Json, Run, ScalarRecord
    from sweepflow.store.store import Store


class Recorded:
    """Runs of a ledger, with their numbers and steps.

    Those are read when the first of the runs is asked for them, for all runs at once.

    Args:
        store: With the ledger.
        runs: In any order.
        numbers: Of those that are no runs of the ledger themselves, by their ids; see
            `store.configurations`.
    """

    def __init__(
        self,
        store: Store,
        runs: Sequence[Run],
        numbers: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        self._store = store
        self._runs = runs
        self._numbers = numbers or {}

    def __iter__(self) -> Iterator[RecordedRun]:
        return (RecordedRun(run, self) for run in self._runs)

    @property
    def home(self) -> Home:
        return self._store.home

    @cached_property
    def scalars(self) -> Mapping[str, Mapping[str, ScalarRecord]]:
        """The numbers that the runs gave, by ids and names."""
        found = dict(self._store.reader.scalars([run.id for run in self._runs]))
        for run_id, numbers in self._numbers.items():
            recorder = Recorder()
            recorder.add(Scalar(name, value, None) for name, value in numbers.items())
            found[run_id] = {record.name: record for record in recorder.records()}
        return found

    @cached_property
    def last_values(self) -> Mapping[str, Mapping[str, float]]:
        """The last of them alone; filters of thousands of runs need no more."""
        return self._store.reader.last_values([run.id for run in self._runs])

    @cached_property
    def steps(self) -> Mapping[str, Mapping[str, RecordedRun]]:
        """The runs that are part of them, by ids and the names that they have there."""
        children = self._store.reader.children(*(run.id for run in self._runs))
        found: dict[str, dict[str, RecordedRun]] = {run.id: {} for run in self._runs}
        for child in Recorded(self._store, children):
            found[child.run.parent or ""][child.run.step or child.run.id] = child
        return found


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """One of them; see `FilteredRun` and `ComparedRun`.

    Args:
        run: What is recorded of it.
        among: The runs that it was read with.
    """

    run: Run
    among: Recorded

    def attribute(self, name: str) -> Json:
        """Give what people call an attribute of a run, or None."""
        if name == "dir":
            run_id = self.run.cached_from or command_of(self.run.id)
            return str(self.among.home.run(run_id))
        look = _ATTRIBUTES.get(name)
        return look(self.run) if look else None

    @property
    def flags(self) -> Mapping[str, Json]:
        return self.run.params

    @property
    def scalars(self) -> Mapping[str, ScalarRecord]:
        return self.among.scalars[self.run.id]

    def scalar(self, name: str) -> float | None:
        """Give its last value."""
        return self.among.last_values[self.run.id].get(name)

    @property
    def steps(self) -> Mapping[str, RecordedRun]:
        return self.among.steps[self.run.id]


def _seconds(run: Run) -> float:
    return (run.finished_at or time.time()) - run.started_at


# Few, since a flag or a scalar of the same name gives way.
_ATTRIBUTES: Mapping[str, Callable[[Run], Json]] = {
    "id": lambda run: run.id,
    "kind": lambda run: run.kind,
    "name": lambda run: run.name,
    "operation": lambda run: run.name,
    "op": lambda run: run.name.rpartition(":")[2],
    "status": lambda run: run.status,
    "started": lambda run: run.started_at,
    "stopped": lambda run: run.finished_at,
    "duration": _seconds,
    "time": _seconds,
    "label": lambda run: run.label,
    "tags": lambda run: list(run.tags),
    "marked": lambda run: run.marked,
    "exit_status": lambda run: run.exit_code,
    "error": lambda run: run.error,
    "host": lambda run: run.provenance.host,
    "user": lambda run: run.provenance.user,
    "parent": lambda run: run.parent,
    "step": lambda run: run.step,
}
