"""`sweepflow runs reproduce`: whether the same comes out again."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Any

import typer

from sweepflow.cli.options import File, Json, RunId, open_store, see_that_something_ran
from sweepflow.cli.text import print_json, print_table, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.provenance import Difference
    from sweepflow.workflow.reproduce import Comparison


def reproduce(
    run_id: RunId,
    *,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Run again all that led to a run, and compare what comes out, byte for byte.

    Nothing is taken from the cache, nor left there; what it makes stays until the next
    `sweepflow atoms gc`. It exits with 1 if something differs.
    """
    from sweepflow.cli.execution import execute
    from sweepflow.workflow.reproduce import Reproduction
    from sweepflow.workflow.run import make_engine

    with open_store(file) as store:
        see_that_something_ran(store, run_id)
        reproduction = Reproduction.of(store, run_id)
        changes = reproduction.changes
        for step, found in changes.items():
            for each in found:
                note = f"note: not as it was when {step} ran: {each}"
                typer.echo(visible(note), err=True)
        engine = make_engine(reproduction.plan, store, {"cache": "off"})
        # What steps print would be in the midst of the JSON.
        with redirect_stdout(sys.stderr) if as_json else nullcontext():
            report = execute(engine, reproduction.plan)
        reproduction.let_go(report, store)
        compared = reproduction.compare(report, store.objects)
    if as_json:
        print_json([_comparison(each, changes.get(each.step, ())) for each in compared])
    else:
        rows = [
            (
                visible(each.step),
                visible(each.output),
                each.verdict,
                each.before.id,
                each.now.id if each.now else "",
                visible(", ".join(each.paths)),
            )
            for each in compared
        ]
        header = ("step", "output", "bytes", "atom before", "atom now", "files")
        print_table(header, rows)
    if report.exit_status or any(each.verdict != "equal" for each in compared):
        raise typer.Exit(report.exit_status or 1)


def _comparison(each: Comparison, changes: Sequence[Difference]) -> dict[str, Any]:
    return {
        "step": each.step,
        "output": each.output,
        "verdict": each.verdict,
        "before": each.before.id,
        "now": each.now and each.now.id,
        "paths": list(each.paths),
        "changes": [change.to_json() for change in changes],
    }
