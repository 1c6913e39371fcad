"""Runs of the ledger, whatever kind they are."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sweepflow.analysis.known import KnownRun
from sweepflow.analysis.run_info import RunInfo
from sweepflow.store.configurations import command_of, expanded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.store.home import Home
    from sweepflow.store.records import Run as Record
    from sweepflow.store.store import Store


class RecordedRuns:
    """Runs of a ledger that were read together.

    A command that went through several configurations is a run for each of these. The
    numbers and atoms are read when the first of them is asked, for all at once.

    Args:
        store: With the ledger.
        records: Of the runs.
    """

    def __init__(self, store: Store, records: Sequence[Record]) -> None:
        self._store = store
        self._ids = [record.id for record in records]
        found, self._numbers = expanded(store.reader, records)
        self.runs = [RecordedRun(record, self) for record in found]

    @property
    def home(self) -> Home:
        return self._store.home

    @cached_property
    def metrics(self) -> Mapping[str, Mapping[str, float]]:
        """The last values of the runs' numbers, by the ids of the runs."""
        return {**self._store.reader.last_values(self._ids), **self._numbers}

    @cached_property
    def inputs(self) -> Mapping[str, Mapping[str, str]]:
        """The ids of the atoms that they got, by the ids of the runs and by name."""
        return self._store.reader.input_ids(self._ids)

    @cached_property
    def outputs(self) -> Mapping[str, Mapping[str, str]]:
        """Likewise, of the atoms that they made or took."""
        return self._store.reader.output_ids(self._ids)


class RecordedRun(KnownRun):
    """A run of the ledger.

    Args:
        record: What the ledger has of it.
        among: The runs that it was read with.
    """

    def __init__(self, record: Record, among: RecordedRuns) -> None:
        folder = among.home.run(record.cached_from or command_of(record.id))
        super().__init__(RunInfo(folder, record.name, record.id), record.params)
        self.record = record
        self._among = among

    @property
    def metrics(self) -> Mapping[str, float]:
        """The last value of each of its numbers."""
        return self._among.metrics[self.record.id]

    @property
    def inputs(self) -> Mapping[str, str]:
        """The ids of the atoms that it got, by name."""
        return self._among.inputs[command_of(self.record.id)]

    @property
    def outputs(self) -> Mapping[str, str]:
        """The ids of the atoms that it made or took, by name."""
        return self._among.outputs[command_of(self.record.id)]

    def sections(self) -> Mapping[str, Mapping[str, Any]]:
        """Give the numbers and the atoms."""
        return {**super().sections(), "inputs": self.inputs, "outputs": self.outputs}

    @property
    def facts(self) -> Mapping[str, Any]:
        """What else the ledger has of it; times are in UTC."""
        record = self.record
        return {
            "run_id": record.id,
            "kind": record.kind,
            "name": record.name,
            "task": record.task,
            "status": record.status,
            "started_at": time_of(record.started_at),
            "finished_at": time_of(record.finished_at),
            "seconds": record.seconds,
            "label": record.label,
            "tags": list(record.tags),
            "marked": record.marked,
            "exit_code": record.exit_code,
            "error": record.error,
            "parent": record.parent,
            "step": record.step,
            "cached_from": record.cached_from,
            "host": record.provenance.host,
            "user": record.provenance.user,
        }

    def path(self, relative_path: str | Path = "") -> Path:
        """Give a path in the run's folder; that of a cached run is its origin's."""
        return self.info.run_dir / relative_path


def time_of(seconds: float | None) -> datetime | None:
    """Give the moment of a Unix time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
