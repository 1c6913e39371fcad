"""Which runs each run got what it started from; their values count as its own."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from sweepflow.errors import RunNotFoundError
from sweepflow.store.configurations import command_of, expanded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.store.records import Run
    from sweepflow.store.store import Store


class Origins:
    """Runs with all the runs that they came from, as far as these are recorded.

    An atom says what is in it, and not which run it was taken from. So a run came from
    those of its own plan that made or took the atom; where there are none, from those
    that made it at another time. There may be several, with the very same result.

    Args:
        store: With the ledger.
        runs: Whose origins are wanted.
    """

    def __init__(self, store: Store, runs: Sequence[Run]) -> None:
        self._store = store
        self._plans: set[str] = set()
        self._makers: dict[tuple[str, str], list[Run]] = defaultdict(list)
        self._elsewhere: dict[str, Sequence[Run]] = {}
        self.runs: dict[str, Run] = {}
        """All of them by their ids, in the order in which they began."""
        self.inputs: dict[str, Mapping[str, str]] = {}
        """Per run the ids of the atoms that it got, by name; likewise `outputs`."""
        self.outputs: dict[str, Mapping[str, str]] = {}
        self.metrics: dict[str, Mapping[str, float]] = {}
        self.sources: dict[str, Mapping[str, Sequence[str]]] = {}
        """Per run, by the names of its inputs, the runs that it got these from."""
        self._follow(runs)
        self.asked = self._expanded(runs)
        """The runs, in the place of a command's one for each of its configurations."""
        found = sorted(self.runs.values(), key=_order)
        self.runs = {run.id: run for run in found}

    def _expanded(self, runs: Sequence[Run]) -> list[Run]:
        found, numbers = expanded(self._store.reader, runs)
        for run in found:
            if run.id in numbers:
                command = command_of(run.id)
                self.runs.pop(command, None)
                self.runs[run.id] = run
                self.metrics[run.id] = numbers[run.id]
                self.inputs[run.id] = self.inputs[command]
                self.outputs[run.id] = self.outputs[command]
                self.sources[run.id] = self.sources[command]
        return found

    def _follow(self, runs: Sequence[Run]) -> None:
        """Find what the runs came from, and what that came from, and so on."""
        ahead = {run.id: run for run in runs}
        while ahead:
            self._read(ahead.values())
            self.runs |= ahead
            before: dict[str, Run] = {}
            for run in ahead.values():
                inputs = self.inputs[run.id].items()
                found = {name: self._sources(run, atom) for name, atom in inputs}
                found |= self._required(run)
                self.sources[run.id] = {
                    name: [one.id for one in those] for name, those in found.items()
                }
                before |= {one.id: one for those in found.values() for one in those}
            ahead = {key: run for key, run in before.items() if key not in self.runs}

    def _read(self, runs: Iterable[Run]) -> None:
        """Read what is known of runs, and of all that belong to their plans."""
        wanted = {run.id: run for run in runs if run.id not in self.inputs}
        for plan in {run.plan_id for run in wanted.values()} - self._plans:
            self._plans.add(plan)
            of_plan = self._store.reader.runs(plan_id=plan)
            wanted |= {run.id: run for run in of_plan if run.id not in self.inputs}
        if not wanted:
            return
        reader = self._store.reader
        self.inputs |= reader.input_ids(wanted)
        self.outputs |= reader.output_ids(wanted)
        self.metrics |= reader.last_values(wanted)
        for run in wanted.values():
            for atom in self.outputs[run.id].values():
                self._makers[run.plan_id, atom].append(run)

    def _sources(self, run: Run, atom: str) -> list[Run]:
        """Give the runs that a run may have got an atom from."""
        within = _before(run, self._makers.get((run.plan_id, atom), ()))
        if within:
            return within
        if atom not in self._elsewhere:
            self._elsewhere[atom] = self._store.catalog.makers(atom)
        return _before(run, self._elsewhere[atom])

    def _required(self, run: Run) -> dict[str, list[Run]]:
        """Give the runs that an operation required."""
        found: dict[str, list[Run]] = {}
        for fact in run.facts.get("requirements", ()):
            if fact.get("run"):
                with suppress(RunNotFoundError):  # of another store, or forgotten
                    one = self._store.reader.get(fact["run"])
                    found[fact["name"]] = _before(run, [one])
        return found


def _before(run: Run, others: Iterable[Run]) -> list[Run]:
    """Give those that began before a run: none comes from itself, whatever it made."""
    return [one for one in others if _order(one) < _order(run)]


def _order(run: Run) -> tuple[float, str]:
    return run.started_at, run.id
