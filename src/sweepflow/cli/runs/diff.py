"""`sweepflow runs diff`: in what two runs differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from sweepflow.cli.options import File, Json, open_store
from sweepflow.cli.runs.logs import output_of
from sweepflow.cli.runs.options import Which  # noqa: TC001 - typer reads it
from sweepflow.cli.runs.shown import SHORT_ID, value
from sweepflow.cli.text import print_json, visible
from sweepflow.operations import difference
from sweepflow.operations.selection import look_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sweepflow.operations.difference import Sides
    from sweepflow.store.records import Run
    from sweepflow.store.store import Store


def diff(  # noqa: PLR0913 - each an option
    first: Which,
    second: Which,
    *,
    flags: Annotated[bool, typer.Option("--flags", help="Compare flags.")] = False,
    scalars: Annotated[
        bool, typer.Option("--scalars", help="Compare scalars.")
    ] = False,
    files: Annotated[
        bool, typer.Option("--files", help="Compare the files that they made.")
    ] = False,
    source: Annotated[
        bool, typer.Option("--source", help="Compare their source code.")
    ] = False,
    output: Annotated[
        bool, typer.Option("--output", help="Compare what they wrote.")
    ] = False,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Show in what the second run differs from the first.

    Without an option that says what to compare, that is all but the output.
    """
    asked = {
        "flags": flags,
        "scalars": scalars,
        "files": files,
        "source": source,
        "output": output,
    }
    parts = [part for part, is_asked in asked.items() if is_asked] or list(asked)[:-1]
    with open_store(file) as store:
        runs = look_up(store, first), look_up(store, second)
        found = {part: _PARTS[part](store, *runs) for part in parts}
    if as_json:
        print_json(found)
        return
    if not any(found.values()):
        typer.echo("no differences", err=True)
    for title, each in found.items():
        if each:
            typer.echo(f"{title}:")
        for line in _lines(title, each):
            typer.echo(f"  {visible(line)}")


def _flags(_store: Store, first: Run, second: Run) -> Mapping[str, Sides]:
    return difference.of_values(first.params, second.params)


def _scalars(store: Store, first: Run, second: Run) -> Mapping[str, Sides]:
    found = store.reader.scalars([first.id, second.id])
    last = [
        {name: scalar.last for name, scalar in found[run.id].items()}
        for run in (first, second)
    ]
    return difference.of_values(last[0], last[1])


def _output(store: Store, first: Run, second: Run) -> Sequence[str]:
    paths = [output_of(store.home, run) for run in (first, second)]
    names = [f"{run.id[:SHORT_ID]}/output" for run in (first, second)]
    return difference.of_logs(paths[0], paths[1], names[0], names[1])


_PARTS: Mapping[
    str, Callable[[Store, Run, Run], Mapping[str, Sides] | Sequence[str]]
] = {
    "flags": _flags,
    "scalars": _scalars,
    "files": difference.of_files,
    "source": difference.of_sources,
    "output": _output,
}


def _lines(title: str, found: Mapping[str, Sides] | Sequence[str]) -> Sequence[str]:
    if not isinstance(found, Mapping):
        return found
    if title == "files":
        return [f"{name}: {_where(sides)}" for name, sides in found.items()]
    return [
        f"{name}: {_text(sides, 'first')} -> {_text(sides, 'second')}"
        for name, sides in found.items()
    ]


def _where(sides: Sides) -> str:
    return "differs" if len(sides) == 2 else f"only in the {next(iter(sides))} run"


def _text(sides: Sides, side: str) -> str:
    return value(sides[side]) if side in sides else "(none)"
