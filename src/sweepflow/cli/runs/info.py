"""`sweepflow runs info` and `export`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepflow.cli.options import (
    File,
    Json,
    RunId,
    open_store,
    see_that_something_ran,
)
from sweepflow.cli.runs.logs import output_of
from sweepflow.cli.runs.options import Which  # noqa: TC001 - typer reads it
from sweepflow.cli.runs.shown import SHORT_ID, number, status, to_json, value
from sweepflow.cli.text import (
    counted,
    duration,
    local_time,
    print_json,
    size,
    visible,
)
from sweepflow.operations.selection import look_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.store.records import AtomRecord, Run, ScalarRecord
    from sweepflow.store.records import Json as JsonValue
    from sweepflow.store.store import Store

_MOST_SHOWN = 50
"""Lines of each kind; JSON has all."""


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is known of a run beside its own record."""

    inputs: Mapping[str, AtomRecord]
    outputs: Mapping[str, AtomRecord]
    scalars: Mapping[str, ScalarRecord]
    steps: Sequence[Run]
    installed: str
    folder: Path
    output: Path | None

    @classmethod
    def of(cls, store: Store, run: Run) -> _Known:
        return cls(
            inputs=store.catalog.inputs(run.id),
            outputs=store.catalog.outputs(run.id),
            scalars=store.reader.scalars([run.id])[run.id],
            steps=store.reader.children(run.id),
            installed=store.catalog.text(run.provenance.packages or "") or "",
            folder=store.home.run(run.cached_from or run.id),
            output=output_of(store.home, run),
        )


def info(run_id: Which, *, as_json: Json = False, file: File = None) -> None:
    """Show all that is recorded of a run."""
    with open_store(file) as store:
        run = look_up(store, run_id)
        known = _Known.of(store, run)
    if as_json:
        print_json(_json(run, known))
        return
    for key, text in _for_people(run, known).items():
        if text is not None:
            typer.echo(f"{key + ':':<11} {visible(text)}")
    for title, lines in _lists(run, known).items():
        if lines:
            typer.echo(f"{title}:")
        for line in lines[:_MOST_SHOWN]:
            typer.echo(visible(f"  {line}"))
        if len(lines) > _MOST_SHOWN:
            typer.echo(f"  and {len(lines) - _MOST_SHOWN:,} more")


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


def _json(run: Run, known: _Known) -> dict[str, Any]:
    return to_json(run) | {
        "facts": dict(run.facts),
        "folder": str(known.folder),
        "output": known.output and str(known.output),
        "input_atoms": {name: atom.id for name, atom in known.inputs.items()},
        "output_atoms": {name: atom.id for name, atom in known.outputs.items()},
        "scalars": {
            name: {k: v for k, v in asdict(scalar).items() if k != "points"}
            for name, scalar in known.scalars.items()
        },
        "steps": [
            {"step": step.step, "run": step.id, "status": step.status}
            for step in known.steps
        ],
    }


def _for_people(run: Run, known: _Known) -> dict[str, str | None]:
    """Give what is known of a run, with units, in local time."""
    seen = run.provenance
    is_operation = run.kind == "operation"
    packages = known.installed.split()
    return {
        "run": run.id,
        run.kind: run.name,
        "task": run.task,
        "label": run.label or None,
        "tags": " ".join(run.tags) or None,
        "marked": "yes" if run.marked else None,
        "step": run.parent and f"{run.step} of run {run.parent}",
        "command": run.command,
        "project" if is_operation else "folder": run.cwd,
        **({"folder": str(known.folder)} if is_operation else {}),
        "status": status(run),
        "removed": None if run.deleted_at is None else _removed(run),
        "taken from": run.cached_from,
        "fingerprint": run.fingerprint,
        "source": run.source,
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
        "installed": counted(len(packages), "package") if packages else None,
        "output": known.output and str(known.output),
    }


def _removed(run: Run) -> str:
    return "for good" if run.purged else local_time(run.deleted_at or 0)


def _lists(run: Run, known: _Known) -> dict[str, Sequence[str]]:
    """Give what is known in lists, by their titles."""
    of_operation = run.kind == "operation"
    made = {name: atom.id for name, atom in known.outputs.items()}
    return {
        "flags" if of_operation else "parameters": _pairs(run.params),
        "scalars": [_scalar(scalar) for scalar in known.scalars.values()],
        "requirements": [_requirement(r) for r in run.facts.get("requirements", ())],
        "inputs": _pairs({name: atom.id for name, atom in known.inputs.items()}),
        "files": _files(run, known) if of_operation else [],
        "outputs": [] if of_operation else _pairs(made),
        "steps": [
            f"{step.step or step.task}: {step.id[:SHORT_ID]} {status(step)}"
            for step in known.steps
        ],
    }


def _pairs(values: Mapping[str, JsonValue]) -> list[str]:
    return [f"{name}: {value(data)}" for name, data in values.items()]


def _scalar(scalar: ScalarRecord) -> str:
    text = f"{scalar.name}: {number(scalar.last)}"
    if scalar.count == 1:
        return text
    least, greatest = number(scalar.min), number(scalar.max)
    return (
        f"{text} at step {scalar.last_step}, of {scalar.count:,}"
        f" from {least} to {greatest}"
    )


def _requirement(fact: Mapping[str, JsonValue]) -> str:
    """Give where a requirement was found, and what of it."""
    name, uri = fact["name"], fact["uri"]
    text = uri if name == uri else f"{name}: {uri}"
    if fact.get("run"):
        text += f", run {fact['run'][:SHORT_ID]}"
    if fact.get("skipped"):
        return f"{text}, not needed: {fact['skipped']}"
    placed: Iterable[Mapping[str, str]] = fact.get("placed", ())
    paths = [one["path"] for one in placed]
    return f"{text} -> {', '.join(paths)}" if paths else text


def _files(run: Run, known: _Known) -> list[str]:
    """Give the files that a run made; only of those that are stored, the size."""
    stored = {name: atom.size for name, atom in known.outputs.items()}
    names = dict.fromkeys([*run.facts.get("files", ()), *stored])
    return [f"{n} ({size(stored[n])})" if n in stored else n for n in names]
