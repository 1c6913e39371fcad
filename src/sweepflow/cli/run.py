"""`sweepflow run`: run a job or a workflow, or print what would run."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepflow.cli.execution import execute
from sweepflow.cli.options import (
    Config,
    DryRun,
    Executor,
    FailFast,
    File,
    Force,
    Inputs,
    Jobs,
    NoCache,
    PlanJson,
    SizeLimit,
    Stages,
    User,
    project_around,
)
from sweepflow.cli.text import print_json
from sweepflow.cli.workflow_run import Request, run_found
from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.engine.plan import Plan
    from sweepflow.engine.task import Task
    from sweepflow.project import Project


def split_passed_on(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give the words of `sweepflow run` before `--`, and those behind it.

    The parser of the command line would drop the `--`, and with it the difference.
    """
    if argv[:1] != ["run"] or "--" not in argv:
        return list(argv), []
    at = argv.index("--")
    return list(argv[:at]), list(argv[at + 1 :])


def run(  # noqa: PLR0913 - the options of the command
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="The job, the workflow, or package.module:attribute."
        ),
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            help="What wins over the file: for a job a parameter, as a sweep "
            "expression; for a workflow a value of its config, by its dotted path.",
        ),
    ] = None,
    *,
    dry_run: DryRun = False,
    jobs: Jobs = None,
    fail_fast: FailFast = False,
    as_json: PlanJson = False,
    limit: SizeLimit = None,
    config: Config = None,
    user: User = None,
    inputs: Inputs = None,
    stages: Stages = None,
    force: Force = False,
    no_cache: NoCache = False,
    executor: Executor = None,
    file: File = None,
) -> None:
    """Run a job or a workflow.

    Everything after `--` goes to a job's command untouched.
    """
    request = Request(
        overrides=overrides or (),
        config=config,
        user=user,
        inputs=inputs or (),
        stages=stages,
        force=force,
        no_cache=no_cache,
        jobs=jobs,
        executor=executor,
        fail_fast=fail_fast,
        dry_run=dry_run,
        as_json=as_json,
    )
    request.check()
    rest: Sequence[str] = context.obj or ()
    project = project_around(file)
    if project and name in project.jobs:
        _refuse_options(name, request)
        status = _run_job(project, name, request, rest, limit)
    else:
        from sweepflow.workflow.discovery import find_workflow

        found = find_workflow(name, project, jobs=project.jobs if project else ())
        _refuse_for_workflow(name, rest, limit)
        status = run_found(found, project, request)
    raise typer.Exit(status)


def _run_job(
    project: Project,
    name: str,
    request: Request,
    rest: Sequence[str],
    limit: int | None,
) -> int:
    from sweepflow.jobs import plan_job
    from sweepflow.jobs.parameters import notes
    from sweepflow.sweep import DEFAULT_LIMIT

    job = project.jobs[name]
    plan = plan_job(
        project,
        job,
        overrides=request.overrides,
        rest=rest,
        limit=limit or DEFAULT_LIMIT,
    )
    for note in notes(project, job):
        typer.echo(f"note: {note}", err=True)
    if request.dry_run:
        print_plan(plan, as_json=request.as_json)
        return 0
    from sweepflow.engine.executors import LocalExecutor

    executor = LocalExecutor()
    executor.start()  # while we go on importing

    from sweepflow.engine.engine import Engine
    from sweepflow.here import home_of
    from sweepflow.store.store import Store

    with Store(home_of(project)) as store:
        engine = Engine(
            store, executor, jobs=request.jobs or 1, fail_fast=request.fail_fast
        )
        return execute(engine, plan).exit_status


def _refuse_options(name: str, request: Request) -> None:
    """Refuse what only a workflow has.

    Raises:
        PlanError: There is some of it.
    """
    options = {
        "--config": request.config,
        "--user": request.user,
        "--input": request.inputs,
        "--stages": request.stages,
        "--force": request.force,
        "--no-cache": request.no_cache,
        "--executor": request.executor,
    }
    # An empty text was given, too.
    if given := [key for key, value in options.items() if value or value == ""]:
        raise PlanError(
            f"{name!r} is a job, and only workflows take {' and '.join(given)}",
            hint="leave it out; `sweepflow workflow list` has the workflows",
        )


def _refuse_for_workflow(name: str, rest: Sequence[str], limit: int | None) -> None:
    """Refuse what only a job has.

    Raises:
        PlanError: There is some of it.
    """
    if rest:
        raise PlanError(
            f"{name!r} is a workflow, and has no command that takes what is behind --",
            hint="write its config's values as key.path=value, before any --",
        )
    if limit is not None:
        raise PlanError(
            f"{name!r} is a workflow, and only jobs take --limit", hint="leave it out"
        )


def print_plan(plan: Plan, *, as_json: bool) -> None:
    """Print each command of a plan as it would run, one a line."""
    if as_json:
        print_json({"name": plan.name, "tasks": [_to_json(t) for t in plan.tasks]})
        return
    for task in plan.tasks:
        sys.stdout.write(task.action.display() + "\n")
        for file in task.action.files():
            sys.stdout.write(file.text)


def _to_json(task: Task) -> dict[str, Any]:
    kind = type(task.action).__name__.lower()
    return {
        "key": task.key,
        kind: asdict(task.action),
        "params": task.params,
        "after": task.after,
    }
