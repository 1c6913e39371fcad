"""Running an operation for a command, or telling what a run would do."""

from __future__ import annotations

import math
import os
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import typer

from sweepflow.cli.operation_asked import read_asked, read_said
from sweepflow.cli.options import see_that_something_ran, tell_warnings
from sweepflow.cli.text import print_json, print_table, visible
from sweepflow.cli.workflow_run import verdict_json
from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sweepflow.cli.operation_options import OperationOptions
    from sweepflow.cli.workflow_run import Request
    from sweepflow.engine.engine import Report
    from sweepflow.engine.executors import LocalExecutor
    from sweepflow.engine.plan import Plan
    from sweepflow.operations.planned import PlannedStep
    from sweepflow.operations.restart import Previous
    from sweepflow.project.models import Job, Project
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.store.store import Store

PRELOADED = ("sweepflow.operations.running",)


def run_operation(
    found: tuple[Operations, Operation],
    project: Project | None,
    request: Request,
    options: OperationOptions,
    job: Job | None = None,
) -> int:
    """Run an operation or tell what would run, and give the exit status.

    A job says which trials there are.

    Raises:
        SweepflowError: It cannot be run as it is asked for.
    """
    from sweepflow.engine.executors import LocalExecutor
    from sweepflow.project.find import working_directory

    operations, operation = found
    _check(operation.full_name, request, options)
    tell_warnings(operations)
    os.environ["CMD_DIR"] = str(working_directory())  # for the commands
    goes_on = options.restart is not None and not options.asks_for_search
    if not (job or goes_on) and (search := _search(found, project, request, options)):
        return search()
    runs = not (request.dry_run or options.print_trials or options.stage)
    executor = LocalExecutor(PRELOADED)
    if runs:
        executor.start()  # while we go on importing
    from sweepflow.here import find_home, home_of
    from sweepflow.operations.plan import plan_operation
    from sweepflow.operations.run_ids import check_new
    from sweepflow.store.store import Store

    with (
        closing(executor),
        Store(home_of(project) if project else find_home()) as store,
    ):
        if options.run_id is not None:
            check_new(options.run_id, store)
        previous = _previous(options, store)
        said = read_said(project, job, request)
        asked = read_asked(operations, operation, said, request, options, previous)
        if options.print_trials:
            _print_trials(asked, as_json=request.as_json)
            return 0
        plan = plan_operation(
            operations,
            asked,
            store,
            with_deps=options.with_deps,
            stage=options.stage,
            stage_trials=options.stage_trials,
            run_id=options.run_id or "",
            previous=previous,
            job=job.name if job else "",
        )
        if request.dry_run:
            _tell(store, plan, request)
            return 0
        if options.stage or (options.stage_trials and asked.is_batch):
            _stage(store, plan, operations.root)
            return 0
        report = _run(store, plan, executor, request, options)
        if operation.delete_on_success and not options.keep_run:
            _delete_completed(store, report)
        if options.fail_on_trial_error is False and report.signum is None:
            return 0
        return _exit_status(plan, report)


def _search(
    found: tuple[Operations, Operation],
    project: Project | None,
    request: Request,
    options: OperationOptions,
) -> Callable[[], int] | None:
    """Give what runs the search that is asked for; None where none is."""
    said = read_said(project, None, request)
    defaults = (str(flag.default) for flag in found[1].flags.values())
    # Every range has brackets: who writes none need not wait for what follows.
    if not (options.asks_for_search or "[" in "".join((*said.words, *defaults))):
        return None
    from sweepflow.cli.searches.operation import search_operation
    from sweepflow.operations.searches import search_of

    searched = search_of(
        *found,
        said.words,
        options.for_search(),
        folder=said.folder,
        force_flags=options.force_flags,
        batch_files=said.batch_files,
    )
    if searched is None:
        return None
    for note in searched.notes:
        typer.echo(f"note: {note}", err=True)
    search = searched.search
    if request.jobs and search.at_once == 1:
        search = replace(search, at_once=request.jobs)
    return partial(
        search_operation,
        found,
        project,
        request,
        options,
        replace(said, words=searched.words),
        search,
        lambda trial: searched.trial(trial.params),
    )


def find_restarted(run_id: str, project: Project | None) -> str:
    """Give the name of the operation that a run to be restarted is of.

    Raises:
        SweepflowError: There is no such run.
    """
    from sweepflow.here import find_home, home_of
    from sweepflow.operations.restart import Previous
    from sweepflow.store.store import Store

    with Store(home_of(project) if project else find_home()) as store:
        see_that_something_ran(store, run_id)
        return Previous.load(store, run_id).run.name


def _previous(options: OperationOptions, store: Store) -> Previous | None:
    from sweepflow.operations.restart import Previous

    if options.restart is None:
        return None
    see_that_something_ran(store, options.restart)
    return Previous.load(store, options.restart)


def _run(
    store: Store,
    plan: Plan,
    executor: LocalExecutor,
    request: Request,
    options: OperationOptions,
) -> Report:
    from sweepflow.cli.execution import execute
    from sweepflow.engine.engine import Engine

    engine = Engine(
        store,
        executor,
        jobs=request.jobs or 1,
        fail_fast=request.fail_fast or options.fail_on_trial_error is True,
        cache=request.cache,
    )
    return execute(engine, plan)


def _exit_status(plan: Plan, report: Report) -> int:
    """Give how it went; a run within another counts as that one lets it count."""
    from sweepflow.engine.task import Group

    if report.signum is not None:
        return report.exit_status
    groups = (t.action for t in plan.tasks if isinstance(t.action, Group))
    inner = {member for group in groups for member in group.members}
    ends = (end for key, end in report.outcomes.items() if key not in inner)
    return 0 if all(end.is_done for end in ends) else 1


def _tell(store: Store, plan: Plan, request: Request) -> None:
    """Tell each command as it would run, and what is known already."""
    from sweepflow.engine.task import Group
    from sweepflow.provenance.forecast import forecast

    known = store if store.home.has_ledger() else None  # opening one would make it
    verdicts = forecast(known, plan, cache=request.cache, stages=None)
    if request.as_json:
        tasks = [verdict_json(verdict) for verdict in verdicts]
        print_json({"name": plan.name, "tasks": tasks})
        return
    for verdict in verdicts:
        if not isinstance(verdict.task.action, Group):
            comment = f"  # {verdict}" if verdict.is_cached else ""
            typer.echo(visible(f"{verdict.task.action.display()}{comment}"))
    runs = [one for one in verdicts if not isinstance(one.task.action, Group)]
    if len(runs) > 1:
        count = sum(not one.is_cached for one in runs)
        # What is printed otherwise can be given to a shell.
        typer.echo(f"{count:,} of {len(runs):,} runs would run", err=True)


def _stage(store: Store, plan: Plan, folder: Path) -> None:
    from sweepflow.operations.staging import stage

    for run in stage(plan.tasks, store, folder):
        typer.echo(
            f"{run.task} is staged: start it with `sweepflow run --start {run.id}`"
        )


def _delete_completed(store: Store, report: Report) -> None:
    """Remove what is only wanted where it fails; `runs restore` brings it back."""
    done = [
        result.run_id
        for result in report.results.values()
        if result.run_id and result.outcome.status == "completed"
    ]
    store.ledger.curator.remove(done, time.time())


def _check(name: str, request: Request, options: OperationOptions) -> None:
    """See that what is asked for can be had together.

    Raises:
        PlanError: It cannot.
    """
    given = {
        "--config": request.config is not None,
        "--user": request.user is not None,
        "--input": bool(request.inputs),
        "--stages": request.stages is not None,
        "--executor": request.executor is not None,
    }
    if wrong := [option for option, is_given in given.items() if is_given]:
        raise PlanError(
            f"{name!r} is an operation, and only workflows take {' and '.join(wrong)}",
            hint="leave it out; `sweepflow workflow list` has the workflows",
        )
    for one, other, both in (
        ("--gpus", "--no-gpus", options.gpus is not None and options.no_gpus),
        ("--stage", "--dry-run", options.stage and request.dry_run),
        ("--stage", "--restart", options.stage and options.restart is not None),
        ("--restart", "--needed", options.restart is not None and options.needed),
        ("--restart", "--run-id", bool(options.restart and options.run_id)),
        ("--force", "--needed", request.force and options.needed),
    ):
        if both:
            raise PlanError(f"{one} and {other} exclude each other", hint="keep one")
    if options.stop_after is not None and not 0 < options.stop_after < math.inf:
        raise PlanError(
            f"--stop-after {options.stop_after:g} is no time to wait",
            hint="give minutes, such as 0.5",
        )


def _print_trials(asked: PlannedStep, *, as_json: bool) -> None:
    rows = [dict(trial.values) for trial in asked.trials]
    if as_json:
        print_json(rows)
        return
    from sweepflow.operations.flags.values import format_value

    names = sorted({name for row in rows for name in row})
    cells = [[format_value(row.get(name)) for name in names] for row in rows]
    print_table(("trial", *names), [(str(n), *c) for n, c in enumerate(cells, 1)])
