"""`sweepflow runs label`, `tag`, `mark` and `unmark`: what users note on runs."""

from __future__ import annotations

from typing import Annotated

import typer

from sweepflow.cli.options import File, open_store
from sweepflow.cli.runs.options import RunIds, choosing, of_runs, the_chosen
from sweepflow.errors import SweepflowError
from sweepflow.operations.selection import Choice  # noqa: TC001 - typer reads it


class NoteError(SweepflowError):
    """What is to be noted on runs is not clear."""


@choosing()
def label(
    *,
    choice: Choice,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID…] TEXT", help="Runs, and what they are to be called."
        ),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option("--set", "-s", metavar="TEXT", help="What they are called."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take labels off.")] = False,
    file: File = None,
) -> None:
    """Label runs."""
    words = words or []
    if text is None and not clear and words:
        *words, text = words
    if (text is None) != clear:
        raise NoteError("which label?", hint="write it behind the ids, or else --clear")
    with open_store(file) as store:
        found = the_chosen(store, words, choice)
        store.ledger.curator.label([run.id for run in found], text or "")
    typer.echo(f"labelled {of_runs(found)}", err=True)


@choosing()
def tag(
    *,
    choice: Choice,
    run_ids: RunIds = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", "-a", metavar="TAG", help="Add it.")
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", "-r", metavar="TAG", help="Take it off."),
    ] = None,
    file: File = None,
) -> None:
    """Tag runs: sweepflow runs tag ID… --add TAG."""
    if not (add or remove):
        raise NoteError("which tag?", hint="write --add TAG or --remove TAG")
    with open_store(file) as store:
        found = the_chosen(store, run_ids, choice)
        ids = [run.id for run in found]
        store.ledger.curator.tag(ids, add=add or (), remove=remove or ())
    typer.echo(f"tagged {of_runs(found)}", err=True)


@choosing()
def mark(*, choice: Choice, run_ids: RunIds = None, file: File = None) -> None:
    """Mark runs, for --marked to find them."""
    with open_store(file) as store:
        found = the_chosen(store, run_ids, choice)
        store.ledger.curator.mark([run.id for run in found])
    typer.echo(f"marked {of_runs(found)}", err=True)


@choosing()
def unmark(*, choice: Choice, run_ids: RunIds = None, file: File = None) -> None:
    """Take the marks off runs."""
    with open_store(file) as store:
        found = the_chosen(store, run_ids, choice)
        store.ledger.curator.mark([run.id for run in found], marked=False)
    typer.echo(f"unmarked {of_runs(found)}", err=True)
