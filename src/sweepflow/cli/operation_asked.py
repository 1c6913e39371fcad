"""From what is said of an operation, on the command line or in a job, to its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sweepflow.cli.operation_options import OperationOptions
    from sweepflow.cli.workflow_run import Request
    from sweepflow.errors import Place
    from sweepflow.operations.planned import PlannedStep
    from sweepflow.operations.restart import Previous
    from sweepflow.project.models import Job, Project
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation


@dataclass(frozen=True)
class Said:
    """What a user, or the file of a job, says about flags; see `expand`."""

    words: Sequence[str]
    folder: Path
    batch_files: Sequence[str] = ()
    trials: Sequence[Sequence[str]] = ()
    place: Place | None = None


def read_said(project: Project | None, job: Job | None, request: Request) -> Said:
    """Give what is said: by a job, or else by the command line."""
    if project and job:
        from sweepflow.cli.job_targets import combinations

        trials = [one.words for one in combinations(project, job, request)]
        # What is wrong may as well come from the command line.
        place = None if request.overrides else project.place("jobs", job.name, "sets")
        return Said((), project.root, trials=trials, place=place)
    from sweepflow.project.find import working_directory

    files = [word[1:] for word in request.overrides if word.startswith("@")]
    words = [word for word in request.overrides if not word.startswith("@")]
    return Said(words, working_directory(), files)


def read_asked(  # noqa: PLR0913, PLR0917 - all that is said of it
    operations: Operations,
    operation: Operation,
    said: Said,
    request: Request,
    options: OperationOptions,
    previous: Previous | None,
) -> PlannedStep:
    """Give what is to run, and say what a user should know of it.

    Raises:
        SweepflowError: It cannot be run as it is asked for.
    """
    from sweepflow.operations.expand import expand
    from sweepflow.operations.planned import PlannedStep
    from sweepflow.project.operations.steps import StepEntry
    from sweepflow.sweep import DEFAULT_LIMIT

    before = previous.words(operation, said.words) if previous else []
    asked = expand(
        operations,
        operation,
        [*before, *said.words],
        folder=said.folder,
        force_flags=options.force_flags,
        batch_files=said.batch_files,
        trials=said.trials,
        place=said.place,
        max_trials=options.max_trials,
        random_seed=options.random_seed,
        limit=request.limit or DEFAULT_LIMIT,
        label=options.label,
        tags=options.tags,
    )
    for note in asked.notes:
        typer.echo(f"note: {note}", err=True)
    if asked.is_batch and (options.run_id or previous):
        raise PlanError(
            f"{'--run-id' if options.run_id else '--restart'} is for one run, and "
            f"{len(asked.trials)} are asked for",
            hint="give one value for each flag",
        )
    entry = StepEntry.model_construct(
        run=operation.full_name,
        needed=options.needed or options.with_deps,
        gpus=options.gpus or "",
        no_gpus=options.no_gpus,
        stop_after=options.stop_after,
        isolate_runs=False,
    )
    return PlannedStep(
        operation.full_name, entry, operation, asked.trials, asked.is_batch
    )
