"""Jobs with searches among their sets: what these meet that they are run with."""

from __future__ import annotations

import json
from contextlib import ExitStack, redirect_stdout
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any

import typer

from sweepflow.cli.searches.running import run_search, tell_search
from sweepflow.cli.text import print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sweepflow.cli.operation_options import OperationOptions
    from sweepflow.cli.workflow_run import Request
    from sweepflow.jobs.searching import JobSearch
    from sweepflow.project import Job, Project
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.workflow.discovery import Found


def run_sets(
    project: Project,
    job: Job,
    request: Request,
    enumerate_all: Callable[[], int],
    search: Callable[[int], int],
) -> int:
    """Run the sets of a job, the searches last, and give the worst exit status.

    Args:
        project: Where the job stands.
        job: Of any kind.
        request: How it is to run.
        enumerate_all: Runs all sets that are none.
        search: Runs the one of this number.

    Raises:
        SweepflowError, SweepSyntaxError: A set has no meaning.
    """
    from sweepflow.jobs.searching import read_search

    if not job.searches:
        return enumerate_all()
    for number in job.searches:  # before any other set runs
        read_search(
            project, job, number, request.overrides, defaults={"metric": "unknown"}
        )
    parts = [partial(search, number) for number in job.searches]
    if len(job.searches) < len(job.sets):
        parts = [enumerate_all, *parts]
    if request.dry_run and request.as_json and len(parts) > 1:
        return _print_as_list(parts)
    status = 0
    for part in parts:
        if status > 1:  # it was interrupted
            break
        status = max(status, part())
    return status


def _print_as_list(parts: Sequence[Callable[[], int]]) -> int:
    """Make one JSON list of what several parts print."""
    printed: list[str] = []
    for part in parts:
        with redirect_stdout(StringIO()) as output:
            part()
        printed.append(output.getvalue())
    print_json([json.loads(text) for text in printed])
    return 0


def search_commands(
    project: Project,
    job: Job,
    number: int,
    request: Request,
    options: OperationOptions,
) -> int:
    """Run a search of a job with commands, and give the exit status.

    Raises:
        SweepflowError, SweepSyntaxError: It cannot be run as it is asked for.
    """
    from sweepflow.jobs.searching import CommandTrials

    found = _read(project, job, number, request, options)
    if request.dry_run:
        target = CommandTrials(found, request.rest, None)
        tell_search(job.name, found.search, target, as_json=request.as_json)
        return 0
    from sweepflow.engine.engine import Engine
    from sweepflow.engine.executors import LocalExecutor
    from sweepflow.here import home_of
    from sweepflow.store.locks import exclusive
    from sweepflow.store.store import Store

    with Store(home_of(project)) as store, ExitStack() as held:
        known = None if request.force else store
        target = CommandTrials(found, request.rest, known)
        # Commands have no leases; who comes second finds all of it known.
        lock = store.home.root / "searches" / f"{target.id}.lock"
        try:
            held.enter_context(exclusive(lock, wait=False))
        except BlockingIOError:
            typer.echo("another process runs this search: waiting for it", err=True)
            held.enter_context(exclusive(lock, wait=True))
        engine = Engine(
            store,
            LocalExecutor(),
            jobs=request.jobs or found.search.at_once,
            fail_fast=request.fail_fast,
        )
        return run_search(found.search, target, engine)


def search_workflow(  # noqa: PLR0913, PLR0917 - whose, which, and how it runs
    found: Found,
    project: Project,
    job: Job,
    number: int,
    request: Request,
    options: OperationOptions,
) -> int:
    """Run a search of a job with a workflow, and give the exit status.

    Raises:
        SweepflowError, SweepSyntaxError: It cannot be run as it is asked for.
    """
    from sweepflow.cli.workflow_run import input_atoms
    from sweepflow.errors import PlanError
    from sweepflow.here import home_of
    from sweepflow.store.store import Store
    from sweepflow.workflow.plan import plan_points
    from sweepflow.workflow.resolve import read_config
    from sweepflow.workflow.searching import WorkflowTrials, engine_for

    if request.stages is not None:
        raise PlanError("a search runs whole trials", hint="leave out --stages")
    one = _read(project, job, number, request, options)
    own = project.root / job.config if job.config else found.listing.config
    base = read_config(found.workflow, request.config or own)
    search_id = one.search.id(job.name)
    with Store(home_of(project)) as store:
        plan = partial(
            plan_points,
            found.workflow,
            input_atoms(store, request.inputs),
            user=request.user,
            root=project.root,
            job=job.name,
            search=search_id,
        )
        target = WorkflowTrials(
            search_id, found.workflow, base, one.words, one.written.where, plan
        )
        if request.dry_run:
            tell_search(job.name, one.search, target, as_json=request.as_json)
            return 0
        engine = engine_for(
            one.search,
            target,
            store,
            {
                "jobs": request.jobs,
                "executor": request.executor or "local",
                "cache": request.cache,
                "fail_fast": request.fail_fast,
            },
        )
        return run_search(one.search, target, engine)


def search_operation(  # noqa: PLR0913, PLR0917 - whose, which, and how it runs
    found: tuple[Operations, Operation],
    project: Project,
    job: Job,
    number: int,
    request: Request,
    options: OperationOptions,
) -> int:
    """Run a search of a job with an operation, and give the exit status.

    Raises:
        SweepflowError, SweepSyntaxError: It cannot be run as it is asked for.
    """
    from sweepflow.cli.operation_asked import Said
    from sweepflow.cli.searches.operation import search_operation
    from sweepflow.operations.searches import objective

    options.refuse_optimizer(job.name)
    said = options.for_search()
    said.check(is_search=True)
    metric, direction = objective(*found, said)
    wanted = {"metric": metric, "direction": direction}
    is_said = said.minimize is not None or said.maximize is not None
    one = _read(
        project, job, number, request, options, wanted, wanted if is_said else {}
    )
    place = None if request.overrides else project.place("jobs", job.name, "sets")
    return search_operation(
        found,
        project,
        request,
        options,
        Said((), project.root, place=place),
        one.search,
        one.words,
        job=job.name,
    )


def _read(  # noqa: PLR0913, PLR0917 - whose, which, and who says what of it
    project: Project,
    job: Job,
    number: int,
    request: Request,
    options: OperationOptions,
    defaults: Mapping[str, Any] | None = None,
    said: Mapping[str, Any] | None = None,
) -> JobSearch:
    from sweepflow.jobs.searching import read_search

    return read_search(
        project,
        job,
        number,
        request.overrides,
        defaults={"at_once": request.jobs or 1, **(defaults or {})},
        said={**options.of_search(), **(said or {})},
    )
