"""`sweepflow runs rm`, `restore` and `purge`."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

import typer

from sweepflow.cli.options import File, open_store
from sweepflow.cli.runs.options import RunIds, Yes, choosing, of_runs, the_chosen
from sweepflow.cli.runs.shown import table
from sweepflow.cli.text import print_table
from sweepflow.errors import RunNotFoundError, StoreError
from sweepflow.operations.selection import Choice, choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.store.records import Run
    from sweepflow.store.store import Store

_MOST_SHOWN = 20


@choosing(deleted=False)
def remove(
    *, choice: Choice, run_ids: RunIds = None, yes: Yes = False, file: File = None
) -> None:
    """Remove runs, with the runs of their steps; they can be restored.

    On a terminal it asks first.
    """
    with open_store(file) as store:
        found = the_chosen(store, run_ids, choice)
        _confirm("remove", found, yes=yes)
        ids = store.ledger.curator.remove([run.id for run in found], time.time())
    typer.echo(f"removed {of_runs(ids)}; `sweepflow runs restore` undoes it", err=True)


@choosing(deleted=True)
def restore(*, choice: Choice, run_ids: RunIds = None, file: File = None) -> None:
    """Bring removed runs back, with those that were removed along with them."""
    with open_store(file) as store:
        found = the_chosen(store, run_ids, choice)
        ids = store.ledger.curator.restore([run.id for run in found])
    typer.echo(f"restored {of_runs(ids)}", err=True)


@choosing(deleted=True)
def purge(
    *, choice: Choice, run_ids: RunIds = None, yes: Yes = False, file: File = None
) -> None:
    """Remove removed runs for good, with their folders; all of them, if none are named.

    On a terminal it asks first. What they made and no other run has goes with the next
    `sweepflow atoms gc`.
    """
    with open_store(file) as store:
        found = choose(store, run_ids or (), choice)
        if not found:
            raise RunNotFoundError(
                "no such removed runs",
                hint="`sweepflow runs list --deleted` lists them",
            )
        _confirm("remove for good", found, yes=yes)
        ids = store.ledger.curator.removed([run.id for run in found])
        for run_id in ids:  # while the ledger still knows of them
            _remove_folder(store, run_id)
        store.ledger.curator.purge(ids)
    typer.echo(f"purged {of_runs(ids)}", err=True)


def _confirm(doing: str, found: Sequence[Run], *, yes: bool) -> None:
    if yes or not sys.stdin.isatty():
        return
    print_table(*table(found[:_MOST_SHOWN]))
    if len(found) > _MOST_SHOWN:
        typer.echo(f"and {len(found) - _MOST_SHOWN:,} more")
    typer.confirm(f"{doing} {of_runs(found)}?", abort=True)


def _remove_folder(store: Store, run_id: str) -> None:
    folder = store.home.run(run_id)
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(
            f"cannot remove {error.filename}: {error.strerror}",
            hint="see that it may be removed, then purge again",
        ) from None
