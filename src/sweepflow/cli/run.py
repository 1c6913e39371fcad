"""`sweepflow run`: run a job, an operation or a workflow, or tell what would run."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepflow.cli import operation_queue
from sweepflow.cli.execution import execute
from sweepflow.cli.operation_options import (
    FailOnTrialError,
    ForceFlags,
    Gpus,
    KeepRun,
    Label,
    Maximize,
    MaxTrials,
    Minimize,
    Needed,
    NoGpus,
    OperationOptions,
    OptFlags,
    Optimize,
    Optimizer,
    PrintTrials,
    RandomSeed,
    Restart,
    RunId,
    Stage,
    StageTrials,
    StopAfter,
    Tags,
    WithDeps,
)
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
    from sweepflow.project import Job, Project


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
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="The job, operation or workflow; SCRIPT.py; "
            "package.module:attribute. Without it, the default operation.",
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            help="What wins over the file: for a job or an operation a parameter or "
            "flag, as a sweep expression; for a workflow a value of its config, by its "
            "dotted path.",
        ),
    ] = None,
    *,
    dry_run: DryRun = False,
    jobs: Jobs = None,
    fail_fast: FailFast = False,
    as_json: PlanJson = False,
    limit: SizeLimit = None,
    force: Force = False,
    no_cache: NoCache = False,
    needed: Needed = False,
    with_deps: WithDeps = False,
    restart: Restart = None,
    stage: Stage = False,
    stage_trials: StageTrials = False,
    label: Label = None,
    tags: Tags = None,
    run_id: RunId = None,
    stop_after: StopAfter = None,
    gpus: Gpus = None,
    no_gpus: NoGpus = False,
    fail_on_trial_error: FailOnTrialError = None,
    max_trials: MaxTrials = None,
    random_seed: RandomSeed = None,
    optimizer: Optimizer = None,
    optimize: Optimize = False,
    minimize: Minimize = None,
    maximize: Maximize = None,
    opt_flags: OptFlags = None,
    print_trials: PrintTrials = False,
    force_flags: ForceFlags = False,
    keep_run: KeepRun = False,
    config: Config = None,
    user: User = None,
    inputs: Inputs = None,
    stages: Stages = None,
    executor: Executor = None,
    file: File = None,
) -> None:
    """Run a job, an operation or a workflow.

    Everything after `--` goes to a job's command untouched.
    """
    words = list(overrides or ())
    if name is not None and ("=" in name or name.startswith("@")):
        words.insert(0, name)  # it is the first override
        name = None
    request = Request(
        overrides=words,
        rest=context.obj or (),
        limit=limit,
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
    request.check(prints_trials=print_trials)
    options = OperationOptions(
        restart=restart,
        stage=stage,
        stage_trials=stage_trials,
        needed=needed,
        with_deps=with_deps,
        label=label,
        tags=tuple(tags or ()),
        run_id=run_id,
        gpus=gpus,
        no_gpus=no_gpus,
        stop_after=stop_after,
        fail_on_trial_error=fail_on_trial_error,
        force_flags=force_flags,
        max_trials=max_trials,
        random_seed=random_seed,
        optimizer=optimizer,
        optimize=optimize,
        minimize=minimize,
        maximize=maximize,
        opt_flags=tuple(opt_flags or ()),
        print_trials=print_trials,
        keep_run=keep_run,
    )
    raise typer.Exit(_run_named(name, project_around(file), request, options))


def _run_named(
    name: str | None,
    project: Project | None,
    request: Request,
    options: OperationOptions,
) -> int:
    """Run what a name stands for, and give the exit status."""
    if name is None:
        name = _unnamed(project, options)
    from sweepflow.project.find import working_directory
    from sweepflow.project.operations.find import find_operation

    # First, since it knows of names that mean two things.
    found = find_operation(project, name, working_directory())
    if project and name in project.jobs:
        return _run_job(project, project.jobs[name], request, options)
    if found:
        from sweepflow.cli.operation_run import run_operation

        _refuse_rest(name, "operation", request.rest)
        return run_operation(found, project, request, options)
    if name == operation_queue.NAME:
        return operation_queue.run_queue(project, request, options)
    from sweepflow.workflow.discovery import find_workflow

    others = [*project.jobs, *project.operations.all] if project else []
    workflow = find_workflow(name, project, others=others)
    options.refuse(name, "workflow")
    _refuse_rest(name, "workflow", request.rest)
    return run_found(workflow, project, request)


def _unnamed(project: Project | None, options: OperationOptions) -> str:
    """Give what is run where no name is said.

    Raises:
        SweepflowError: Nothing is.
    """
    if options.restart:
        from sweepflow.cli.operation_run import find_restarted

        return find_restarted(options.restart, project)
    default = project.operations.default_operation if project else None
    if default is None:
        raise PlanError(
            "there is no name of what to run",
            hint="name a job, an operation or a workflow; `sweepflow show` lists them",
        )
    return default.full_name


def _run_job(
    project: Project, job: Job, request: Request, options: OperationOptions
) -> int:
    if job.mode in {"operation", "workflow"}:
        from sweepflow.cli.job_targets import run_target

        _refuse_rest(job.name, f"job of {job.mode} {job.target!r}", request.rest)
        return run_target(project, job, request, options)
    _refuse_options(job, request)
    options.refuse(job.name, "job", searches=bool(job.searches))
    from sweepflow.cli.searches.jobs import run_sets, search_commands

    return run_sets(
        project,
        job,
        request,
        lambda: _run_commands(project, job, request),
        lambda n: search_commands(project, job, n, request, options),
    )


def _run_commands(project: Project, job: Job, request: Request) -> int:
    from sweepflow.jobs import plan_job
    from sweepflow.jobs.parameters import notes
    from sweepflow.sweep import DEFAULT_LIMIT

    plan = plan_job(
        project,
        job,
        overrides=request.overrides,
        rest=request.rest,
        limit=request.limit or DEFAULT_LIMIT,
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


def _refuse_options(job: Job, request: Request) -> None:
    """Refuse what only a workflow has; of a search, what is known counts too.

    Raises:
        PlanError: There is some of it.
    """
    options = {
        "--config": request.config,
        "--user": request.user,
        "--input": request.inputs,
        "--stages": request.stages,
        "--force": request.force and not job.searches,
        "--no-cache": request.no_cache,
        "--executor": request.executor,
    }
    # An empty text was given, too.
    if given := [key for key, value in options.items() if value or value == ""]:
        raise PlanError(
            f"{job.name!r} is a job, and only workflows take {' and '.join(given)}",
            hint="leave it out; `sweepflow workflow list` has the workflows",
        )


def _refuse_rest(name: str, kind: str, rest: Sequence[str]) -> None:
    """Refuse what only a job has.

    Raises:
        PlanError: There is some of it.
    """
    if rest:
        raise PlanError(
            f"{name!r} is {'an' if kind[0] in 'aeiou' else 'a'} {kind}, and has no "
            "command that takes what is behind --",
            hint="write its values as NAME=VALUE, before any --",
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
