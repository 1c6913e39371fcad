"""`sweepflow runs`: what ran, and how it ended."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sweepflow.cli.options import (
    File,
    Json,
    Limit,
    RunId,
    open_store,
    see_that_something_ran,
)
from sweepflow.cli.reproduce import reproduce
from sweepflow.cli.text import (
    counted,
    duration,
    local_time,
    print_json,
    print_table,
    visible,
)
from sweepflow.errors import RunNotFoundError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.store.home import Home
    from sweepflow.store.records import Json as JsonValue
    from sweepflow.store.records import Run
    from sweepflow.store.store import Store

app = typer.Typer(
    help="List and inspect recorded runs; without a command, list them.",
    rich_markup_mode=None,
)

Name = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only runs of this job or workflow.")
]
Status = Annotated[
    Literal["running", "completed", "cached", "failed", "interrupted"] | None,
    typer.Option(help="Only runs with this status."),
]


def with_list(argv: Sequence[str]) -> list[str]:
    """Put in the `list` that `sweepflow runs` and `sweepflow runs --name x` omit."""
    said = argv[1:2]
    if argv[:1] != ["runs"] or said == ["--help"]:
        return list(argv)
    if not said or said[0].startswith("-"):
        return ["runs", "list", *argv[1:]]
    return list(argv)


app.command("reproduce")(reproduce)


@app.command("list")
def list_runs(
    *,
    name: Name = None,
    status: Status = None,
    limit: Limit = 20,
    as_json: Json = False,
    file: File = None,
) -> None:
    """List recorded runs, newest first."""
    found: Sequence[Run] = []
    with open_store(file) as store:
        if store.home.has_ledger():
            found = store.reader.runs(name=name, status=status, limit=limit or None)
    if as_json:
        print_json([_to_json(run) for run in found])
    else:
        _print_table(found)


@app.command("info")
def info(run_id: RunId, *, as_json: Json = False, file: File = None) -> None:
    """Show all that is recorded of a run."""
    with open_store(file) as store:
        run = _get(store, run_id)
        output = None if run.cached_from else str(_output(store.home, run))
        made_from = {name: a.id for name, a in store.catalog.inputs(run.id).items()}
        made = {name: a.id for name, a in store.catalog.outputs(run.id).items()}
        installed = store.catalog.text(run.provenance.packages or "") or ""
    if as_json:
        facts = {"output": output, "input_atoms": made_from, "output_atoms": made}
        print_json(_to_json(run) | facts)
        return
    count = counted(len(installed.split()), "package") if installed else None
    for key, value in (
        _for_people(run) | {"installed": count, "output": output}
    ).items():
        if value is not None:
            typer.echo(f"{key + ':':<11} {visible(value)}")
    told = {"parameters": run.params, "inputs": made_from, "outputs": made}
    for title, values in told.items():
        if values:
            typer.echo(f"{title}:")
        for key, value in values.items():
            typer.echo(visible(f"  {key}: {_shown(value)}"))


@app.command("logs")
def logs(run_id: RunId, *, file: File = None) -> None:
    """Print what a run wrote to its standard output and error, byte for byte."""
    with open_store(file) as store:
        run = _get(store, run_id)
    if run.cached_from:
        raise StoreError(
            f"run {run.id} wrote nothing: it took what run {run.cached_from} had made",
            hint=f"`sweepflow runs logs {run.cached_from}` prints what that one wrote",
        )
    path = _output(store.home, run)
    try:
        source = path.open("rb")
    except OSError as error:
        raise StoreError(
            f"the output of run {run.id} cannot be read: {path}: {error.strerror}",
            hint="`sweepflow runs info` tells what else is known of it",
        ) from None
    with source:
        shutil.copyfileobj(source, sys.stdout.buffer)


@app.command("export")
def export(
    run_id: RunId,
    target: Annotated[
        Path,
        typer.Argument(metavar="TARGET", help="The folder or .zip file to make."),
    ],
    *,
    license_url: Annotated[
        str | None,
        typer.Option("--license", metavar="URL", help="Under which it is given away."),
    ] = None,
    file: File = None,
) -> None:
    """Write a run with all it came from as a Provenance Run Crate."""
    from sweepflow.provenance import export as export_run

    with open_store(file) as store:
        see_that_something_ran(store, run_id)
        export_run(store, run_id, target, license_url=license_url)
    typer.echo(f"wrote {target}", err=True)


def _get(store: Store, run_id: str) -> Run:
    if not store.home.has_ledger():
        raise RunNotFoundError(
            f"no run has the id {run_id!r}",
            hint=f"nothing ran in {store.home.root} yet",
        )
    return store.reader.get(run_id)


def _output(home: Home, run: Run) -> Path:
    from sweepflow.engine.attempt import Attempt

    return Attempt(home.attempt(run.id, run.attempts)).output


def _to_json(run: Run) -> dict[str, Any]:
    facts = asdict(run)
    times = {"started_at": run.started_at, "finished_at": run.finished_at}
    return (
        facts
        | facts.pop("provenance")
        | {
            name: datetime.fromtimestamp(time, UTC).isoformat() if time else None
            for name, time in times.items()
        }
    )


def _for_people(run: Run) -> dict[str, str | None]:
    """Give what is known of a run, with units, in local time."""
    seen = run.provenance
    return {
        "run": run.id,
        run.kind: run.name,
        "task": run.task,
        "command": run.command,
        "folder": run.cwd,
        "status": _status(run),
        "taken from": run.cached_from,
        "fingerprint": run.fingerprint,
        "attempts": str(run.attempts) if run.attempts > 1 else None,
        "error": run.error,
        "started": local_time(run.started_at),
        "took": None if run.seconds is None else duration(run.seconds),
        "cpu time": None if run.cpu_seconds is None else duration(run.cpu_seconds),
        "memory": f"{run.max_rss / 2**20:.0f} MiB" if run.max_rss else None,
        "host": f"{seen.user}@{seen.host}",
        "git commit": seen.git_commit,
        "changed": {True: "since that commit", False: "no", None: None}[seen.git_dirty],
        "python": seen.python,
        "sweepflow": seen.sweepflow,
    }


def _status(run: Run) -> str:
    return run.status + (f" ({run.exit_code})" if run.exit_code else "")


def _shown(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _print_table(found: Sequence[Run]) -> None:
    if not found:
        typer.echo("no such runs", err=True)
        return
    rows = [
        (
            run.id[:8],
            visible(run.task),
            _status(run),
            local_time(run.started_at),
            "" if run.seconds is None else duration(run.seconds),
            visible(" ".join(f"{k}={_shown(v)}" for k, v in run.params.items())),
        )
        for run in found
    ]
    print_table(("run", "task", "status", "started", "took", "parameters"), rows)
