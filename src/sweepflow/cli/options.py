"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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

