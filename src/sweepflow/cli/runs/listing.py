"""`sweepflow runs list`."""

from __future__ import annotations

import typer

from sweepflow.cli.options import File, Json, Limit, open_store
from sweepflow.cli.runs.options import choosing
from sweepflow.cli.runs.shown import table, to_json
from sweepflow.cli.text import print_json, print_table
from sweepflow.operations.selection import Choice, find


@choosing()
def list_runs(
    *, choice: Choice, limit: Limit = 20, as_json: Json = False, file: File = None
) -> None:
    """List recorded runs, newest first."""
    with open_store(file) as store:
        found = find(store, choice, limit=limit or None)
    if as_json:
        print_json([to_json(run) for run in found])
    elif found:
        print_table(*table(found))
    else:
        typer.echo("no such runs", err=True)
