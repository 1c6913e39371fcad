"""`sweepflow runs compare`."""

from __future__ import annotations

import csv
import math
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepflow.cli.options import File, open_store
from sweepflow.cli.options import Json as AsJson
from sweepflow.cli.runs.options import choosing
from sweepflow.cli.runs.plot import Asked, plot
from sweepflow.cli.runs.shown import SHORT_ID, note, number, status, utc, value
from sweepflow.cli.text import duration, local_time, print_json, print_table, visible
from sweepflow.operations.compare import Column, columns, usual_columns
from sweepflow.operations.compare import table as compared
from sweepflow.operations.recorded import Recorded
from sweepflow.operations.selection import Choice, choose
from sweepflow.store.configurations import expanded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.operations.recorded import RecordedRun
    from sweepflow.store.records import Json, Run
    from sweepflow.store.store import Store

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
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID|NAME…",
            help="Ids of runs, or how they begin; places in the list, such as 1 or "
            "1:3; or the name of a job, operation or workflow.",
        ),
    ] = None,
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
    axes: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--plot",
            metavar="x=NAME y=NAME",
            help="Plot a scalar over a parameter, with 95% confidence intervals of the "
            "mean. Of steps, x may be what an earlier one was given.",
        ),
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="With --plot: a line for each value of it."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --plot: a .png, .svg or .html file."),
    ] = None,
    as_json: AsJson = False,
    file: File = None,
) -> None:
    """Compare runs: their flags and scalars, side by side or in a plot."""
    own = columns(cols) if cols else None
    order = _Order(least, greatest, top)
    asked = Asked.of(axes, group_by, out)
    with open_store(file) as store:
        words, choice = _with_names(store, runs or (), choice)
        chosen = choose(store, words, choice, facts=True)
        if asked:
            plot(
                store, [one.run for one in order(list(Recorded(store, chosen)))], asked
            )
            return
        found = order(list(Recorded(store, *expanded(store.reader, chosen))))
        known: dict[tuple[tuple[str, ...], ...], Sequence[Column]] = {}
        header, rows = compared([(run, own or _columns(run, known)) for run in found])
    lines = [(run.run, row) for run, row in zip(found, rows, strict=True)]
    if as_json:
        print_json([_json(run, header, row) for run, row in lines])
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([*_CSV_HEADER, *header])
        writer.writerows([*_raw(run), *map(_cell, row)] for run, row in lines)
    elif lines:
        shown = [[*_shown(run), *map(_visible, row)] for run, row in lines]
        print_table([*_HEADER, *map(visible, header)], shown)
    else:
        typer.echo("no such runs", err=True)


def _with_names(
    store: Store, words: Sequence[str], choice: Choice
) -> tuple[list[str], Choice]:
    """Take names of jobs, operations and workflows out of words that choose runs."""
    names = [word for word in words if _is_name(store, word)]
    rest = [word for word in words if word not in names]
    return rest, replace(choice, names=(*choice.names, *names))


def _is_name(store: Store, word: str) -> bool:
    """Say whether a word is no id and no place in a list, but what runs are of."""
    if not store.home.has_ledger() or word.replace(":", "").isdecimal():
        return False
    return bool(store.reader.runs(called=[word], limit=1, facts=False))


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


def _visible(data: Json) -> str:
    """Give a value for people."""
    if data is None:
        return ""
    return visible(number(data) if isinstance(data, float) else value(data))
