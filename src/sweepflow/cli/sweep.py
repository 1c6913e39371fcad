"""`sweepflow sweep`: what a sweep expression expands to."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sweepflow.cli.options import Json, SizeLimit

if TYPE_CHECKING:
    from collections.abc import Iterator


def sweep(
    expressions: Annotated[
        list[str],
        typer.Argument(
            metavar="EXPR",
            help="A sweep expression; several words are one, as in a file.",
        ),
    ],
    *,
    as_all: Annotated[
        bool, typer.Option("--all", help="Read it as an `all`: one list of overrides.")
    ] = False,
    as_json: Json = False,
    only_count: Annotated[
        bool, typer.Option("--count", help="Print only how many combinations.")
    ] = False,
    limit: SizeLimit = None,
) -> None:
    """Print what a sweep expression expands to, a combination a line."""
    from sweepflow.sweep import DEFAULT_LIMIT, Sweep

    parsed = Sweep.parse(" ".join(expressions))
    if only_count:
        typer.echo(str(1 if as_all else parsed.count))
        return
    limit = limit or DEFAULT_LIMIT
    batches = iter([parsed.collect(limit)]) if as_all else parsed.expand(limit)
    if as_json:
        _print_json(next(batches) if as_all else batches)
    else:
        _print_table(batches, total=1 if as_all else parsed.count)


def _print_table(batches: Iterator[list[str]], *, total: int) -> None:
    """Print numbered rows as they come, each column as wide as it was so far.

    Memory stays constant; a column that widens late moves only what follows it.
    """
    number = len(str(total))
    widths: list[int] = []
    for n, batch in enumerate(batches, 1):
        cells = [shlex.quote(override) for override in batch]
        widths = widths or [0] * len(cells)
        widths = [max(w, len(c)) for w, c in zip(widths, cells, strict=True)]
        padded = (f"{c:{w}}" for c, w in zip(cells, widths, strict=True))
        sys.stdout.write(f"{n:{number}}  {'  '.join(padded).rstrip()}\n")


def _print_json(batches: list[str] | Iterator[list[str]]) -> None:
    """Print one JSON array, an item a line, as the items come."""
    opening = "[\n  "
    for batch in batches:
        sys.stdout.write(opening + json.dumps(batch))
        opening = ",\n  "
    sys.stdout.write("\n]\n" if opening.startswith(",") else "[]\n")
