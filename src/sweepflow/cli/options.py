"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sweepflow.errors import RunNotFoundError, StoreError, SweepflowError

if TYPE_CHECKING:
    from collections.abc import Generator

    from sweepflow.operations.flags.operation import OperationFlags
    from sweepflow.project import Project
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.store.store import Store

File = Annotated[
    Path | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="The project file; else the nearest one, upward from here.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RunId = Annotated[
    str, typer.Argument(metavar="ID", help="The run's id, or how it begins.")
]
Limit = Annotated[
    int, typer.Option("--limit", "-n", min=0, metavar="N", help="How many; 0 for all.")
]
SizeLimit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=1,
        metavar="N",
        help="How many values or combinations a sweep may have.",
    ),
]

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Tell what would run, and run nothing.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help="How many commands, or cores of steps, at a time.",
    ),
]
FailFast = Annotated[
    bool, typer.Option("--fail-fast", help="End everything at the first failure.")
]
PlanJson = Annotated[
    bool, typer.Option("--json", help="With --dry-run: print the plan as JSON.")
]

ConfigValues = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY.PATH=VALUE", help="Values that win over the config file's."
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="FILE", help="The YAML file with the steps' configs."
    ),
]
User = Annotated[
    str | None,
    typer.Option(
        "--user", metavar="USER", help="In whose name atoms are kept; else yours."
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input", metavar="NAME=ATOM_ID", help="An atom that the workflow is given."
    ),
]
Stages = Annotated[
    str | None,
    typer.Option(
        "--stages",
        metavar="STEP,…",
        help="Run these steps, and take all others from the cache.",
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Run every step, and renew what is cached.")
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Neither read nor write the cache.")
]
Executor = Annotated[
    Literal["local", "in-process"] | None,
    typer.Option(
        "--executor",
        help="Run each step in a process of its own (local), or in threads of one.",
    ),
]


@contextmanager
def open_store(file: Path | None) -> Generator[Store]:
    """Give the store of the project here, opened.

    Runs whose driver died are completed first, where the store can be written.

    Raises:
        ProjectError: The project's file is not valid.
        StoreError: It cannot be read.
    """
    from sweepflow.engine.recovery import settle
    from sweepflow.here import find_home
    from sweepflow.store.store import Store

    with Store(find_home(file)) as store:
        if store.home.has_ledger():
            with suppress(StoreError):  # an archive can still be looked at
                settle(store)
        yield store


def see_that_something_ran(store: Store, name: str) -> None:
    """Refuse to look for something where a look would make an empty ledger.

    Args:
        store: Where to look.
        name: What is looked for.

    Raises:
        RunNotFoundError: Nothing ran there yet.
    """
    if not store.home.has_ledger():
        raise RunNotFoundError(
            f"there is no {name!r}", hint=f"nothing ran in {store.home.root} yet"
        )


def project_around(file: File) -> Project | None:
    """Give the project of a file, else the one around the working folder, if any.

    Raises:
        ProjectError: The file is missing or not valid.
    """
    from sweepflow.project.find import nearest, working_directory

    if file is None and nearest(working_directory()) is None:
        return None
    from sweepflow.project import load

    return load(file)


def tell_warnings(operations: Operations) -> None:
    """Print what a file of operations says without effect, to standard error."""
    for warning in operations.warnings:
        typer.echo(f"warning: {warning}", err=True)


def flags_told(operations: Operations, operation: Operation) -> OperationFlags:
    """Give the flags of an operation; what cannot be known, to standard error.

    Raises:
        SweepflowError: Its script is not there, or flags of it cannot be found.
    """
    from sweepflow.operations.flags.operation import flags_of

    try:
        found = flags_of(operation, operations.folders(operation))
    except SweepflowError as error:
        error.place = error.place or operations.place(operation, "main")
        raise
    for note in found.notes:
        typer.echo(f"note: {note}", err=True)
    return found
