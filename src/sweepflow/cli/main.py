"""The `sweepflow` command, and how it says that something is wrong."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sweepflow import __version__, collector
from sweepflow.cli import run, runs, show, sweep
from sweepflow.errors import SweepflowError
from sweepflow.sweep import SweepSyntaxError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing rich would double the time of --help
    help="Run machine-learning experiments, never the same one twice.",
)
app.command("run")(run.run)
app.command("show")(show.show)
app.command("sweep")(sweep.sweep)
app.add_typer(runs.app, name="runs")


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"sweepflow {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the version.",
        ),
    ] = False,
) -> None:
    """Take the options that belong to no command."""


def main(argv: list[str] | None = None) -> None:
    """Run the command line, and exit with its status.

    Args:
        argv: The arguments behind the program's name; those of the process if None.
    """
    collector.pause()
    argv = sys.argv[1:] if argv is None else argv
    argv, rest = run.split_passed_on(runs.with_list(argv))
    try:
        app(args=argv, prog_name="sweepflow", obj=rest)
    except SweepflowError as error:
        _fail(str(error), error.exit_status)
    except SweepSyntaxError as error:
        _fail(str(error), 2)
    finally:
        collector.resume()


def _fail(message: str, status: int) -> None:
    typer.secho("error: ", fg="red", bold=True, err=True, nl=False)
    typer.echo(message, err=True)
    sys.exit(status)
