"""`sweepflow runs compare`."""

from __future__ import annotations

import csv
import math
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepflow.cli.options import File, open_store
from sweepflow.cli.options import Json as AsJson
from sweepflow.cli.runs.options import RunIds, choosing
from sweepflow.cli.runs.shown import SHORT_ID, note, number, status, utc, value
from sweepflow.cli.text import duration, local_time, print_json, print_table, visible
from sweepflow.operations.compare import Column, columns, usual_columns
from sweepflow.operations.compare import table as compared
from sweepflow.operations.recorded import Recorded
from sweepflow.operations.selection import Choice, choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.operations.recorded import RecordedRun
    from sweepflow.store.records import Json, Run

_HEADER = ("run", "operation", "started", "took", "status", "label")
_CSV_HEADER = ("run", "operation", "started", "seconds", "status", "label")


@dataclass(frozen=True, slots=True)
class _Order:
    """By which column the runs are sorted, and how many stay."""

    least: str | None
    greatest: str | None
    top: int | None

    def __call__(self, runs: Sequence[RecordedRun]) -> list[RecordedRun]:
        ordered = list(runs)
        for text, sign in ((self.greatest, -1), (self.least, 1)):
            for column in reversed(columns([text] if text else [])):
                ordered.sort(key=lambda run: _rank(column.value(run), sign))
        return ordered[: self.top]


@choosing()
def compare(  # noqa: PLR0913 - each an option
    *,
    choice: Choice,
    run_ids: RunIds = None,
    cols: Annotated[
        list[str] | None,
        typer.Option(
            *("--cols", "-c"),
            metavar="COLUMN,…",
            help="Columns instead of the operation's own: 'loss', 'min loss', '=flag', "
            "'.attribute', 'STEP#loss as title'.",
        ),
    ] = None,
    least: Annotated[
        str | None,
        typer.Option("--min", metavar="COLUMN", help="Sort by it, the least first."),
    ] = None,
    greatest: Annotated[
        str | None,
        typer.Option("--max", metavar="COLUMN", help="Sort by it, the greatest first."),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option("--top", min=1, metavar="N", help="Only the first N."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
    file: File = None,
) -> None:
    """Compare runs: their flags and scalars, side by side."""
    own = columns(cols) if cols else None
    order = _Order(least, greatest, top)
    with open_store(file) as store:
        recorded = Recorded(store, choose(store, run_ids or (), choice, facts=True))
        found = order(list(recorded))
        known: dict[tuple[tuple[str, ...], ...], Sequence[Column]] = {}
        header, rows = compared([(run, own or _columns(run, known)) for run in found])
    runs = [run.run for run in found]
    if as_json:
        print_json(
            [_json(run, header, row) for run, row in zip(runs, rows, strict=True)]
        )
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([*_CSV_HEADER, *header])
        for run, row in zip(runs, rows, strict=True):
            writer.writerow([*_raw(run), *map(_cell, row)])
    elif runs:
        print_table(
            [*_HEADER, *map(visible, header)],
            [
                [*_shown(run), *(visible(_text(cell)) for cell in row)]
                for run, row in zip(runs, rows, strict=True)
            ],
        )
    else:
        typer.echo("no such runs", err=True)


def _columns(
    run: RecordedRun, known: dict[tuple[tuple[str, ...], ...], Sequence[Column]]
) -> Sequence[Column]:
    """Give the columns that its operation names, or else all it has.

    Args:
        run: Which one.
        known: Those of runs that have the same flags and scalars.
    """
    if named := run.run.facts.get("compare"):
        return _named_columns(tuple(named))
    names = (tuple(run.flags), tuple(run.scalars))
    if names not in known:
        known[names] = usual_columns(run)
    return known[names]


_named_columns = cache(columns)


def _rank(cell: Json, sign: int) -> tuple[int, float | str]:
    """Give by what a cell is sorted: numbers, then texts, then what is not there."""
    if isinstance(cell, int | float) and not math.isnan(cell):
        return 0, sign * cell
    return (1, cell) if isinstance(cell, str) else (2, "")


def _json(run: Run, header: Sequence[str], row: Sequence[Json]) -> dict[str, Any]:
    return {
        "run": run.id,
        "operation": run.name,
        "started_at": utc(run.started_at),
        "seconds": run.seconds,
        "status": run.status,
        "label": run.label,
        "tags": list(run.tags),
        "values": dict(zip(header, row, strict=True)),
    }


def _raw(run: Run) -> list[str]:
    seconds = "" if run.seconds is None else repr(run.seconds)
    started = utc(run.started_at) or ""
    return [run.id, run.name, started, seconds, run.status, run.label]


def _shown(run: Run) -> list[str]:
    took = "" if run.seconds is None else duration(run.seconds)
    return [
        run.id[:SHORT_ID],
        visible(run.name),
        local_time(run.started_at),
        took,
        status(run),
        visible(note(run)),
    ]


def _cell(data: Json) -> str:
    """Give a value for CSV, with all its digits."""
    return "" if data is None else value(data)


def _text(data: Json) -> str:
    """Give a value for people."""
    if data is None:
        return ""
    return number(data) if isinstance(data, float) else value(data)
