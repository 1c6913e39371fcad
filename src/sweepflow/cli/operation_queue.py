"""`sweepflow run queue`: start the staged runs, one after the other."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import typer

from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.cli.operation_options import OperationOptions
    from sweepflow.cli.workflow_run import Request
    from sweepflow.project import Project
    from sweepflow.store.records import Run

NAME: Final = "queue"
"""Unless the project has an operation of this name."""

_LOOK_SECONDS: Final = 1.0
_YES: Final = {"yes": True, "true": True, "no": False, "false": False}


def run_queue(
    project: Project | None, request: Request, options: OperationOptions
) -> int:
    """Start what is staged, in that order, and give the exit status.

    With `run-once=yes` it ends when nothing is left; else it waits for more.

    Raises:
        SweepflowError: A run cannot be started as it is staged.
    """
    once = _run_once(request.overrides)
    request = replace(request, overrides=())
    status = 0
    while True:
        run = _next(project)
        if run is not None:
            status = max(status, _start(run, project, request, options))
            if status > 128:  # a signal ended it, and means us, too
                return status
        elif once:
            return status
        else:
            try:
                time.sleep(_LOOK_SECONDS)
            except KeyboardInterrupt:
                return 130


def _run_once(words: Sequence[str]) -> bool:
    once = False
    for word in words:
        name, _, value = word.partition("=")
        if name != "run-once" or value not in _YES:
            raise PlanError(
                f"the queue takes no {word!r}", hint="write run-once=yes, or nothing"
            )
        once = _YES[value]
    return once


def _next(project: Project | None) -> Run | None:
    from sweepflow.here import find_home, home_of
    from sweepflow.operations.staging import queued
    from sweepflow.store.store import Store

    with Store(home_of(project) if project else find_home()) as store:
        return next(iter(queued(store)), None)


def _start(
    run: Run, project: Project | None, request: Request, options: OperationOptions
) -> int:
    from sweepflow.cli.operation_run import run_operation
    from sweepflow.project.find import working_directory
    from sweepflow.project.operations.find import find_operation

    found = find_operation(project, run.name, working_directory())
    if found is None:
        raise PlanError(
            f"run {run.id} is staged for {run.name!r}, which is no operation any more",
            hint=f"`sweepflow runs rm {run.id}` takes it out of the queue",
        )
    typer.echo(f"starting run {run.id} of {run.name}", err=True)
    return run_operation(found, project, request, replace(options, restart=run.id))
