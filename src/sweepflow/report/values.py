"""The values of runs as columns: parameters and numbers, their own and inherited ones.

The step that scores a model has no learning rate; the one that trained it has. So a
run also has the values of all the runs that it came from. Where two of these may have
made what it got and do not agree on a value, it has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweepflow.report.errors import ColumnNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.report.origins import Origins
    from sweepflow.store.records import Json, Run

Kind: TypeAlias = Literal["parameter", "scalar"]

_SYSTEM = "sys/"
"""What names of scalars begin with that a machine has, not a result."""

_AMBIGUOUS = object()


@dataclass(frozen=True, slots=True)
class Column:
    """One value that runs may have.

    Args:
        kind: What it is.
        owner: The step or operation whose runs have it; others inherit it.
        name: Its name there.
    """

    kind: Kind
    owner: str
    name: str

    @property
    def label(self) -> str:
        return f"{self.owner}.{self.name}" if self.owner else self.name


class Values:
    """The values of runs.

    Args:
        origins: The runs, with those that they came from.
    """

    def __init__(self, origins: Origins) -> None:
        self._of: dict[str, dict[Column, Json]] = {}
        for run in origins.runs.values():  # in the order in which they began
            own = dict(_own(run, origins.metrics[run.id]))
            self._of[run.id] = self._inherited(origins.sources[run.id]) | own
        found = dict.fromkeys(key for one in self._of.values() for key in one)
        self.columns: Sequence[Column] = list(found)

    def of(self, run: Run) -> Mapping[Column, Json]:
        """Give all values that a run has, inherited ones among them."""
        known = self._of[run.id].items()
        return {column: value for column, value in known if value is not _AMBIGUOUS}

    def settings(self, run: Run) -> tuple[tuple[str, str], ...]:
        """Give what tells a run from others of its step, to be compared."""
        known = self.of(run).items()
        said = ((c.label, repr(value)) for c, value in known if c.kind == "parameter")
        return tuple(sorted(said))

    def column(self, name: str, first: Kind) -> Column:
        """Give the column that a user means.

        Args:
            name: Its whole label, or the last part of it.
            first: The kind that wins where both have such a name.

        Raises:
            ColumnNameError: There is none, or more than one.
        """
        other: Kind = "scalar" if first == "parameter" else "parameter"
        for kind in (first, other):
            of_kind = [column for column in self.columns if column.kind == kind]
            found = [column for column in of_kind if name == column.label]
            found = found or [c for c in of_kind if f".{c.label}".endswith(f".{name}")]
            if len(found) == 1:
                return found[0]
            if found:
                raise ColumnNameError.ambiguous(name, [c.label for c in found])
        raise ColumnNameError.unknown(name, [c.label for c in self.columns])

    def _inherited(self, sources: Mapping[str, Sequence[str]]) -> dict[Column, Json]:
        found: dict[Column, Json] = {}
        for run_id in dict.fromkeys(one for ids in sources.values() for one in ids):
            for column, value in self._of[run_id].items():
                same = found.setdefault(column, value) == value
                found[column] = value if same else _AMBIGUOUS
        return found


def owner_of(run: Run) -> str:
    """Give what the values of a run are named after: its step, or its operation."""
    if run.kind == "workflow":
        return run.task
    return run.name.rpartition(":")[2] if run.kind == "operation" else ""


def is_own(run: Run, column: Column) -> bool:
    """Say whether a value of a run is not inherited."""
    return column.owner == owner_of(run)


def distinct(runs: Iterable[Run], values: Values) -> list[Run]:
    """Leave out runs that took what another one had made, from the same settings."""
    found: dict[object, Run] = {}
    for run in runs:
        found.setdefault((run.cached_from or run.id, values.settings(run)), run)
    return list(found.values())


def _own(run: Run, metrics: Mapping[str, float]) -> Iterable[tuple[Column, Json]]:
    owner = owner_of(run)
    for name, value in run.params.items():
        yield Column("parameter", owner, name), value
    for name, number in metrics.items():
        if not name.startswith(_SYSTEM):
            yield Column("scalar", owner, name), number
