"""`sweepflow runs logs`: what a run wrote, while it runs or later."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from typing import TYPE_CHECKING, Annotated

import typer

from sweepflow.cli.options import open_store
from sweepflow.cli.runs.options import Which  # noqa: TC001 - typer reads it
from sweepflow.cli.text import visible
from sweepflow.errors import StoreError
from sweepflow.operations.selection import look_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sweepflow.store.home import Home
    from sweepflow.store.records import Run
    from sweepflow.store.store import Store

_PAUSE_SECONDS = 0.2


def logs(
    run_id: Which,
    *,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The project file; else the nearest one, upward."
        ),
    ] = None,
) -> None:
    """Print what a run wrote to its standard output and error, byte for byte.

    Of a run with steps, it is what these wrote, each behind a line with its name.
    """
    with open_store(file) as store:
        run = look_up(store, run_id)
        if run.cached_from:
            raise StoreError(
                f"run {run.id} wrote nothing: "
                f"it took what run {run.cached_from} had made",
                hint=f"`sweepflow runs logs {run.cached_from}` prints what that wrote",
            )
        _Printer(store).print(run, follow=follow)


def output_of(home: Home, run: Run) -> Path | None:
    """Give the file with what a run wrote; None for one that has no process."""
    from sweepflow.engine.attempt import Attempt

    attempt = Attempt(home.attempt(run.id, home.last_attempt(run.id)))
    is_parent = run.kind == "operation" and not attempt.folder.exists()
    return None if run.cached_from or is_parent else attempt.output


class _Printer:
    """Prints the output of runs, and later what was added to it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._printed: dict[Path, int] = {}  # bytes
        self._ended: set[str] = set()
        self._last = ""

    def print(self, run: Run, *, follow: bool) -> None:
        """Print what there is; if that is asked for, until the run has ended."""
        from sweepflow.engine.recovery import settle_run

        while True:
            # Whether it has ended is asked first: then there comes nothing more.
            for each in self._runs_in(run):
                self._print_new(each, run)
            sys.stdout.buffer.flush()
            if run.status != "running" or not follow:
                return
            time.sleep(_PAUSE_SECONDS)
            with suppress(StoreError):  # its driver may have died
                settle_run(self._store, run)
            run = self._store.reader.get(run.id)

    def _runs_in(self, run: Run) -> Iterator[Run]:
        """Give the run, and those of its steps that may have written more."""
        if run.id not in self._ended:
            yield run
        for child in self._store.reader.children(run.id):
            yield from self._runs_in(child)

    def _print_new(self, run: Run, asked: Run) -> None:
        if run.status != "running":
            self._ended.add(run.id)
        path = output_of(self._store.home, run)
        if path is None:
            return
        try:
            with path.open("rb") as source:
                source.seek(self._printed.get(path, 0))
                if chunk := source.read(1):
                    self._name(run, asked)
                    sys.stdout.buffer.write(chunk)
                    shutil.copyfileobj(source, sys.stdout.buffer)
                self._printed[path] = source.tell()
        except FileNotFoundError as error:
            if run.id == asked.id and run.status != "running":
                raise _unreadable(run, path, error) from None
        except OSError as error:
            if error.filename is None:  # standard output, which cannot be written
                raise
            raise _unreadable(run, path, error) from None

    def _name(self, run: Run, asked: Run) -> None:
        """Say whose output comes next, if that may be one or the other's."""
        if run.id not in {self._last, asked.id}:
            between = "\n" if self._last else ""
            name = visible(f"{run.step or run.task} ({run.id})")
            sys.stdout.buffer.write(f"{between}==> {name} <==\n".encode())
        self._last = run.id


def _unreadable(run: Run, path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the output of run {run.id} cannot be read: {path}: {error.strerror}",
        hint="`sweepflow runs info` tells what else is known of it",
    )
