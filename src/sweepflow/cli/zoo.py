"""`sweepflow zoo`: ready-made datasets, tasks and workflows."""

from __future__ import annotations

from typing import Annotated

import typer

from sweepflow.cli.options import Json
from sweepflow.cli.text import print_json, print_table

app = typer.Typer(
    help="List and show ready-made datasets, tasks and workflows.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As `zoo list` has it.")]


@app.command("list")
def list_entries(*, as_json: Json = False) -> None:
    """List what the zoo has."""
    from sweepflow.zoo.catalog import ENTRIES

    if as_json:
        facts = [
            {
                "kind": entry.kind,
                "name": entry.name,
                "summary": entry.summary,
                "references": entry.references,
            }
            for entry in ENTRIES
        ]
        print_json(facts)
        return
    rows = [(entry.kind, entry.name, entry.summary) for entry in ENTRIES]
    print_table(("kind", "name", "what it is"), rows)


@app.command("show")
def show(name: Name) -> None:
    """Show the page of a dataset, a task or both: what it is, and where it is from."""
    from sweepflow.zoo.catalog import find

    typer.echo("\n".join(entry.page() for entry in find(name)), nl=False)
