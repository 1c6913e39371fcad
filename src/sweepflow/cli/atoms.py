"""`sweepflow atoms`: what was made, what it came from, and whether it is whole."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepflow.cli.options import File, Json, Limit, open_store
from sweepflow.cli.text import (
    counted,
    local_time,
    print_json,
    print_table,
    size,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path

    from sweepflow.atom import Atom
    from sweepflow.store.records import AtomRecord
    from sweepflow.store.store import Store

app = typer.Typer(
    help="List and inspect atoms, and look after their bytes.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

AtomId = Annotated[
    str, typer.Argument(metavar="ID", help="The atom's id, or how it begins.")
]
Type = Annotated[
    str | None, typer.Option("--type", metavar="TYPE", help="Only atoms of this type.")
]
User = Annotated[str | None, typer.Option(metavar="USER", help="Only this user's.")]
Tag = Annotated[str | None, typer.Option(metavar="TAG", help="Only with this tag.")]
Down = Annotated[
    bool, typer.Option("--down", help="Show what came from it, not what it came from.")
]
Mermaid = Annotated[
    bool, typer.Option("--mermaid", help="Print a flow chart in Mermaid's language.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what would be removed.")
]

_SECONDS = 0.2
"""Between two signs of progress."""


@app.command("list")
def list_atoms(  # noqa: PLR0913 - each a filter
    *,
    type_: Type = None,
    user: User = None,
    tag: Tag = None,
    limit: Limit = 20,
    as_json: Json = False,
    file: File = None,
) -> None:
    """List atoms, newest first."""
    found: Sequence[AtomRecord] = []
    with open_store(file) as store:
        if store.home.has_ledger():
            found = store.catalog.atoms(
                type=type_, user=user, tag=tag, limit=limit or None
            )
    if as_json:
        print_json([_to_json(atom) for atom in found])
        return
    if not found:
        typer.echo("no such atoms", err=True)
        return
    rows = [
        (
            atom.id,
            atom.type,
            size(atom.size),
            local_time(atom.created_at),
            visible(", ".join(atom.tags)),
        )
        for atom in found
    ]
    print_table(("atom", "type", "size", "created", "tags"), rows)


@app.command("show")
def show(atom_id: AtomId, *, as_json: Json = False, file: File = None) -> None:
    """Show all that is known of an atom."""
    with _atom(atom_id, file) as (atom, store):
        record, made_from = atom.record, atom.made_from
        makers = [run.id for run in store.catalog.makers(atom.id)]
        is_stored = store.objects.has(record.digest)
    if as_json:
        more = {"made_from": made_from, "made_by": makers, "stored": is_stored}
        print_json(_to_json(record) | more)
        return
    for key, value in _for_people(record, makers).items():
        typer.echo(f"{key + ':':<12}{visible(value)}")
    if not is_stored:
        typer.echo("bytes:      not stored any more")
    _print_mapping("made from", made_from)
    _print_mapping("metadata", record.metadata)


@app.command("lineage")
def lineage(
    atom_id: AtomId,
    *,
    down: Down = False,
    mermaid: Mermaid = False,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Draw what an atom came from, or what came from it."""
    if mermaid and as_json:
        raise typer.BadParameter("choose one of --json and --mermaid")
    with _atom(atom_id, file) as (atom, _):
        graph = atom.descendants() if down else atom.lineage()
    if as_json:
        print_json(graph.to_json())
    else:
        text = graph.to_mermaid() if mermaid else graph.to_text()
        for line in text.splitlines():
            typer.echo(visible(line))


@app.command("verify")
def verify(*, as_json: Json = False, file: File = None) -> None:
    """Hash all that is stored, and report what is damaged; exit with 1 if something is.

    What is damaged is made again by a run of what made it.
    """
    from sweepflow.atom.upkeep import Report
    from sweepflow.atom.upkeep import verify as verify_store

    report = Report([], [])
    with open_store(file) as store, _progress("hashed") as count:
        if store.home.has_ledger():
            report = verify_store(store, count)
    if as_json:
        print_json(
            {
                "damage": [
                    {
                        "digest": found.digest,
                        "problem": found.problem,
                        "tree": found.tree,
                        "path": found.path,
                    }
                    for found in report.damage
                ],
                "atoms": list(report.atoms),
            }
        )
    else:
        for found in report.damage:
            where = f" (in {found.tree}: {found.path})" if found.tree else ""
            typer.echo(visible(f"{found.problem}: {found.digest}{where}"))
        for atom_id in report.atoms:
            typer.echo(f"not to be used: {atom_id}")
    if report.damage:
        raise typer.Exit(1)


@app.command("gc")
def collect(
    *, dry_run: DryRun = False, as_json: Json = False, file: File = None
) -> None:
    """Remove the bytes that no kept run needs and no atom from outside has."""
    from sweepflow.atom.upkeep import collect as collect_store
    from sweepflow.store.objects import Collected

    collected = Collected(0, 0)
    with open_store(file) as store:
        if store.home.has_ledger():
            collected = collect_store(store, dry_run=dry_run)
    if as_json:
        print_json({"objects": collected.objects, "bytes": collected.bytes})
        return
    did = "would remove" if dry_run else "removed"
    typer.echo(f"{did} {counted(collected.objects, 'object')}, {size(collected.bytes)}")


@contextmanager
def _atom(atom_id: str, file: Path | None) -> Generator[tuple[Atom, Store]]:
    from sweepflow.atom import Atom
    from sweepflow.store.store import use_store

    with open_store(file) as store, use_store(store):
        yield Atom.get(atom_id), store


@contextmanager
def _progress(done: str) -> Generator[Callable[[str, int], None]]:
    """Count objects and bytes, on a terminal for all to see as they come."""
    objects = total = 0
    shown = time.monotonic()

    def count(_digest: str, more: int) -> None:
        nonlocal objects, total, shown
        objects, total = objects + 1, total + more
        if sys.stderr.isatty() and time.monotonic() - shown >= _SECONDS:
            shown = time.monotonic()
            sys.stderr.write(f"\r\x1b[K{tell()}")
            sys.stderr.flush()

    def tell() -> str:
        return f"{done} {counted(objects, 'object')}, {size(total)}"

    try:
        yield count
    finally:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
    typer.echo(tell(), err=True)


def _to_json(atom: AtomRecord) -> dict[str, Any]:
    return {
        "id": atom.id,
        "type": atom.type,
        "user": atom.user,
        "created_at": datetime.fromtimestamp(atom.created_at, UTC).isoformat(),
        "digest": atom.digest,
        "size": atom.size,
        "filename": atom.filename,
        "tags": list(atom.tags),
        "metadata": dict(atom.metadata),
    }


def _for_people(atom: AtomRecord, makers: Sequence[str]) -> dict[str, str]:
    return {
        "atom": atom.id,
        "type": atom.type,
        "user": atom.user,
        "created": local_time(atom.created_at),
        "digest": atom.digest,
        "size": size(atom.size),
        "file": atom.filename or "(a folder)",
        **({"tags": ", ".join(atom.tags)} if atom.tags else {}),
        "made by": ", ".join(f"run {run[:8]}" for run in makers) or "(from outside)",
    }


def _print_mapping(title: str, mapping: Mapping[str, Any]) -> None:
    if mapping:
        typer.echo(f"{title}:")
    for name, value in mapping.items():
        said = value if isinstance(value, str) else json.dumps(value)
        typer.echo(visible(f"  {name}: {said}"))
