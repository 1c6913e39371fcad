"""Jobs of an operation or a workflow: whose combinations meet what they are run with.

`jobs` makes the combinations and knows neither of the two, nor do these know of jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sweepflow.cli.operation_options import OperationOptions
    from sweepflow.cli.workflow_run import Request
    from sweepflow.jobs import Combination
    from sweepflow.project import Job, Project
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.workflow.discovery import Found


def run_target(
    project: Project, job: Job, request: Request, options: OperationOptions
) -> int:
    """Run a job of an operation or a workflow, and give the exit status.

    Raises:
        SweepflowError: It cannot be run as it is asked for.
    """
    from sweepflow.cli.searches import jobs as job_searches

    if job.mode == "operation":
        from sweepflow.cli.operation_run import run_operation

        one = target_operation(project, job)
        return job_searches.run_sets(
            project,
            job,
            request,
            lambda: run_operation(one, project, request, options, job),
            lambda n: job_searches.search_operation(
                one, project, job, n, request, options
            ),
        )
    from sweepflow.cli.workflow_run import run_found

    kind = f"job of workflow {job.workflow!r}"
    options.refuse(job.name, kind, searches=bool(job.searches))
    found = target_workflow(project, job)
    return job_searches.run_sets(
        project,
        job,
        request,
        lambda: run_found(found, project, request, job),
        lambda n: job_searches.search_workflow(
            found, project, job, n, request, options
        ),
    )


def combinations(project: Project, job: Job, request: Request) -> list[Combination]:
    """Give the combinations of a job, and say what may be meant otherwise.

    Raises:
        SweepflowError, SweepSyntaxError: As for `read_combinations`.
    """
    from sweepflow.jobs import read_combinations
    from sweepflow.jobs.parameters import notes
    from sweepflow.sweep import DEFAULT_LIMIT

    limit = request.limit or DEFAULT_LIMIT
    found = read_combinations(project, job, request.overrides, limit)
    for note in notes(project, job):
        typer.echo(f"note: {note}", err=True)
    return found


def target_operation(project: Project, job: Job) -> tuple[Operations, Operation]:
    """Give the operation that a job is of, and those that it stands among.

    Raises:
        ProjectError: There is none of that name, or several.
    """
    from sweepflow.errors import SweepflowError
    from sweepflow.project.operations.find import find_operation

    name, place = job.operation, project.place("jobs", job.name, "operation")
    operations = project.operations
    try:
        found = find_operation(project, name, project.root)
        return found or (operations, operations.operation(name))
    except SweepflowError as error:
        error.place = error.place or place
        raise


def target_workflow(project: Project, job: Job) -> Found:
    """Give the workflow that a job is of.

    Raises:
        SweepflowError: There is none of that name, or it cannot be imported.
    """
    from sweepflow.errors import SweepflowError
    from sweepflow.workflow.discovery import find_workflow

    try:
        return find_workflow(job.workflow, project)
    except SweepflowError as error:
        error.place = error.place or project.place("jobs", job.name, "workflow")
        raise
