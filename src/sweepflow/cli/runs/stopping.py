"""`sweepflow runs stop`."""

from __future__ import annotations

from dataclasses import replace

import typer

from sweepflow.cli.options import File, open_store
from sweepflow.cli.runs.options import RunIds, choosing, of_runs, the_chosen
from sweepflow.errors import RunNotFoundError
from sweepflow.operations.selection import Choice
from sweepflow.operations.stopping import stop as stop_runs


@choosing(deleted=False)
def stop(*, choice: Choice, run_ids: RunIds = None, file: File = None) -> None:
    """End runs that are running, and wait until they have ended."""
    if not run_ids and choice != Choice():
        choice = replace(choice, statuses=("running",))
    with open_store(file) as store:
        found = the_chosen(store, run_ids, choice)
        for run in found:
            if run.status != "running":
                raise RunNotFoundError(f"run {run.id} is not running: {run.status}")
        stop_runs(store, found)
    typer.echo(f"stopped {of_runs(found)}", err=True)
