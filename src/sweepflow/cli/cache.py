"""`sweepflow cache`: the results that later runs may take instead of doing the work."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sweepflow.cli.options import File, Json, Limit, open_store
from sweepflow.cli.text import (
    counted,
    duration,
    local_time,
    print_json,
    print_table,
    size,
    visible,
)
from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sweepflow.store.objects import Collected
    from sweepflow.store.records import KnownResult
    from sweepflow.store.store import Store

app = typer.Typer(
    help="List, count and clear the results that are known.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", text.strip())
    if not found:
        raise PlanError(
            f"--older-than {text!r} is no age",
            hint="write a number and a unit (s, m, h, d, w), like 7d",
        )
    return float(found[1]) * _UNITS[found[2]]


Workflow = Annotated[
    str | None,
    typer.Option("--workflow", metavar="NAME", help="Only of this workflow."),
]
Step = Annotated[
    str | None, typer.Option("--step", metavar="NAME", help="Only of this step.")
]
Age = Annotated[
    float | None,
    typer.Option(
        "--older-than",
        metavar="AGE",
        parser=_seconds,
        help="Only what is older: 12h, 7d, 4w.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what would be cleared.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command("list")
def list_results(  # noqa: PLR0913 - each a filter
    *,
    workflow: Workflow = None,
    step: Step = None,
    older_than: Age = None,
    limit: Limit = 20,
    as_json: Json = False,
    file: File = None,
) -> None:
    """List known results, newest first."""
    with open_store(file) as store:
        found = _known(store, workflow, step, older_than)
    found = found[: limit or None]
    if as_json:
        print_json([asdict(result) for result in found])
        return
    if not found:
        typer.echo("no such results", err=True)
        return
    rows = [
        (
            result.run_id[:8],
            visible(result.workflow),
            visible(result.step),
            local_time(result.finished_at),
            duration(result.seconds),
            size(result.bytes),
            f"{result.uses:,}",
        )
        for result in found
    ]
    header = ("run", "workflow", "step", "made", "took", "size", "used again")
    print_table(header, rows)


@app.command("stats")
def stats(
    *,
    workflow: Workflow = None,
    step: Step = None,
    older_than: Age = None,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Tell how many results are known, how often they were used, what that saved."""
    with open_store(file) as store:
        found = _known(store, workflow, step, older_than)
    facts = {
        "results": len(found),
        "bytes": sum(result.bytes for result in found),
        "uses": sum(result.uses for result in found),
        "seconds_saved": sum(result.uses * result.seconds for result in found),
    }
    if as_json:
        print_json(facts)
        return
    typer.echo(f"{counted(len(found), 'result')}, {size(facts['bytes'])}")
    typer.echo(
        f"used again {counted(int(facts['uses']), 'time')}, "
        f"which saved {duration(facts['seconds_saved'])}"
    )


@app.command("clear")
def clear(  # noqa: PLR0913 - each a filter
    *,
    workflow: Workflow = None,
    step: Step = None,
    older_than: Age = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Forget known results, and remove the bytes that nothing else needs.

    Their runs stay in the ledger. On a terminal it asks first.
    """
    with open_store(file) as store:
        found = [each.run_id for each in _known(store, workflow, step, older_than)]
        freed = _freed(store, found)
        what = counted(len(found), "result")
        if not dry_run and found:
            if not yes and not as_json and sys.stdin.isatty():
                asked = f"forget {what}, and free {size(freed.bytes)}?"
                typer.confirm(asked, abort=True)
            freed = _clear(store, found)
    if as_json:
        print_json(
            {"results": len(found), "objects": freed.objects, "bytes": freed.bytes}
        )
    elif not found:
        typer.echo("nothing to clear")
    elif dry_run:
        typer.echo(f"would forget {what}, and free {size(freed.bytes)}")
    else:
        typer.echo(f"forgot {what}, and freed {size(freed.bytes)}")


def _freed(store: Store, run_ids: Collection[str]) -> Collected:
    """Tell what could be removed if these results were not kept."""
    from sweepflow.atom.upkeep import needed
    from sweepflow.store.objects import Collected

    if not run_ids:
        return Collected(0, 0)
    return store.objects.collect(lambda: needed(store, run_ids), dry_run=True)


def _clear(store: Store, run_ids: Collection[str]) -> Collected:
    from sweepflow.atom.upkeep import collect

    with store.objects.alone():  # or else nothing is forgotten either
        store.ledger.forget(run_ids)
    return collect(store)


def _known(
    store: Store, workflow: str | None, step: str | None, older_than: float | None
) -> Sequence[KnownResult]:
    if not store.home.has_ledger():
        return []
    before = None if older_than is None else time.time() - older_than
    return store.catalog.results(workflow=workflow, step=step, before=before)
