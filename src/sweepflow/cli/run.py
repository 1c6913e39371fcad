"""`sweepflow run`: plan a job, then run it or print what would run."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepflow.cli.execution import execute
from sweepflow.cli.options import File, SizeLimit
from sweepflow.cli.text import print_json
from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.engine.engine import Engine
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
    name: Annotated[str, typer.Argument(metavar="NAME", help="The job.")],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            help="Parameters that win over the file's; sweep expressions, too.",
        ),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would run, and run nothing.")
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", min=1, metavar="N", help="How many commands at a time."
        ),
    ] = 1,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="End everything at the first failure.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --dry-run: print the plan as JSON.")
    ] = False,
    limit: SizeLimit = None,
    file: File = None,
) -> None:
    """Run a job; everything after `--` goes to its command untouched."""
    from sweepflow.jobs import find_job, plan_job
    from sweepflow.jobs.parameters import notes
    from sweepflow.project import load
    from sweepflow.sweep import DEFAULT_LIMIT

    if as_json and not dry_run:
        raise PlanError(
            "--json prints a plan, and goes with --dry-run",
            hint="leave it out, or add --dry-run",
        )
    project = load(file)
    job = find_job(project, name)
    plan = plan_job(
        project,
        job,
        overrides=overrides or (),
        rest=context.obj or (),
        limit=limit or DEFAULT_LIMIT,
    )
    for note in notes(project, job):
        typer.echo(f"note: {note}", err=True)
    if dry_run:
        print_plan(plan, as_json=as_json)
        return
    engine = _engine(project, jobs=jobs, fail_fast=fail_fast)
    report = execute(engine, plan)
    raise typer.Exit(report.exit_status)


def print_plan(plan: Plan, *, as_json: bool) -> None:
    """Print each command of a plan as it would run, one a line."""
    if as_json:
        print_json({"name": plan.name, "tasks": [_to_json(t) for t in plan.tasks]})
        return
    for task in plan.tasks:
        sys.stdout.write(task.action.display() + "\n")
        for file in task.action.files():
            sys.stdout.write(file.text)


def _engine(project: Project, *, jobs: int, fail_fast: bool) -> Engine:
    from sweepflow.engine.executors import LocalExecutor

    executor = LocalExecutor()
    executor.start()  # while we go on importing

    from sweepflow.engine.engine import Engine
    from sweepflow.here import home_of
    from sweepflow.store.store import Store

    store = Store(home_of(project))
    store.home.prepare()
    return Engine(store, executor, jobs=jobs, fail_fast=fail_fast)


def _to_json(task: Task) -> dict[str, Any]:
    kind = type(task.action).__name__.lower()
    return {
        "key": task.key,
        kind: asdict(task.action),
        "params": task.params,
        "after": task.after,
    }
