"""`sweepflow report`: a page on what ran."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import Annotated

import typer

from sweepflow.cli.options import File, open_store


def report(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Of a job, an operation or a workflow."),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(metavar="FILE.html", help="The page to write; replaced if there."),
    ],
    file: File = None,
) -> None:
    """Write what ran as one page of HTML, which opens without a network."""
    from sweepflow.report import write_report

    if out.suffix.lower() not in {".html", ".htm"}:
        raise typer.BadParameter(
            f"--out {out}: a report is a page, such as report.html"
        )
    with open_store(file) as store:
        write_report(store, name, out)
    typer.echo(f"wrote {out}", err=True)
