"""The `sweepflow` command, and how it says that something is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sweepflow import __version__, collector
from sweepflow.cli import (
    atoms,
    cache,
    explain,
    operation_help,
    report,
    run,
    runs,
    show,
    streams,
    sweep,
    workflow,
    zoo,
)
from sweepflow.errors import SweepflowError
from sweepflow.sweep import SweepSyntaxError

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing rich would double the time of --help
    help="Run machine-learning experiments, never the same one twice.",
)
app.command("run", cls=operation_help.RunCommand)(run.run)
app.command("show")(show.show)
app.command("sweep")(sweep.sweep)
app.add_typer(workflow.app, name="workflow")
app.add_typer(runs.app, name="runs")
app.command("report")(report.report)
app.add_typer(atoms.app, name="atoms")
app.add_typer(cache.app, name="cache")
app.command("explain")(explain.explain)
app.add_typer(zoo.app, name="zoo")


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


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line, and exit with its status; see `sweepflow.cli.main`."""
    streams.prepare()
    collector.pause()
    argv = sys.argv[1:] if argv is None else argv
    argv, rest = run.split_passed_on(runs.prepare(argv))
    try:
        try:
            app(args=argv, prog_name="sweepflow", obj=rest)
        finally:
            sys.stdout.flush()
    except OSError as error:
        _end_unwritten(error)
    except SweepflowError as error:
        _fail(str(error), error.exit_status)
    except SweepSyntaxError as error:
        _fail(str(error), 2)
    finally:
        collector.resume()


def _end_unwritten(error: OSError) -> NoReturn:
    """End because a file, or standard output, could not be used."""
    if error.filename:
        _fail(f"{error.filename}: {error.strerror}", 1)
    streams.discard(sys.stdout)
    if isinstance(error, BrokenPipeError):  # the reader has read enough
        sys.exit(1)
    _fail(f"cannot write the output: {error.strerror}", 1)


def _fail(message: str, status: int) -> NoReturn:
    typer.secho("error: ", fg="red", bold=True, err=True, nl=False)
    typer.echo(message, err=True)
    sys.exit(status)
