"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sweepflow.store.home import Home

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
SizeLimit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=1,
        metavar="N",
        help="How many values or combinations a sweep may have.",
    ),
]


def find_home(file: Path | None) -> Home:
    """Give the home of the project here.

    Raises:
        ProjectError: There is no project here, or its file is not valid.
    """
    from sweepflow.store.home import Home

    if home := Home.named():
        return home
    from sweepflow.project import load

    project = load(file)
    return Home.of(project.root, project.store)
