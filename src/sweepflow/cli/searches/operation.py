"""Running a search of an operation for a command."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sweepflow.cli.operation_asked import read_asked
from sweepflow.cli.searches.running import run_search, tell_search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sweepflow.cli.operation_asked import Said
    from sweepflow.cli.operation_options import OperationOptions
    from sweepflow.cli.workflow_run import Request
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.scalars import Patterns
    from sweepflow.engine.task import Task
    from sweepflow.operations.planned import PlannedStep
    from sweepflow.project.models import Project
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.search import Search
    from sweepflow.search.explore import Round
    from sweepflow.search.study import Trial


@dataclass(frozen=True)
class OperationTrials:
    """The trials of an operation; see `sweepflow.search.explore.Target`.

    A trial for which there is an equal completed run takes its result.

    Args:
        id: Of the search.
        operations: Where it is written.
        asked: Gives the runs that some words, `NAME=VALUE`, stand for.
        words: Gives those of a trial.
        planned: Gives the plan of runs.
    """

    id: str
    operations: Operations
    asked: Callable[[Sequence[Sequence[str]]], PlannedStep]
    words: Callable[[Trial], Sequence[str]]
    planned: Callable[[PlannedStep], Plan]

    def plan(self, trials: Sequence[Trial]) -> Round:
        """Give the plan of trials, side by side."""
        from sweepflow.operations.plan import by_key
        from sweepflow.search.explore import Round

        asked = self.asked([self.words(trial) for trial in trials])
        plan = self.planned(asked)
        return Round(plan, [_tasks(plan, key) for key, _ in by_key(asked.name, asked)])

    def patterns(self, task: Task) -> Patterns | None:
        """Give those of the operation that the task is a run of."""
        from sweepflow.engine.scalars import compiled
        from sweepflow.engine.task import StepCall

        if not isinstance(task.action, StepCall):
            return None
        return compiled(self.operations.all[task.action.ref].output_scalars)


def search_operation(  # noqa: PLR0913, PLR0917 - what is searched, and all that is said of it
    found: tuple[Operations, Operation],
    project: Project | None,
    request: Request,
    options: OperationOptions,
    said: Said,
    search: Search,
    words: Callable[[Trial], Sequence[str]],
    *,
    job: str = "",
) -> int:
    """Run a search of an operation or tell what it would try; give the exit status.

    Args:
        found: The operation, and those that it stands among.
        project: Around it.
        request: How it is to run.
        options: Likewise.
        said: What is the same in all trials.
        search: What is searched, and how.
        words: Gives what a trial has beside that.
        job: The name of the job that it is for.

    Raises:
        SweepflowError: It cannot be run as it is asked for.
    """
    from sweepflow.cli.operation_run import PRELOADED
    from sweepflow.engine.engine import Engine
    from sweepflow.engine.executors import LocalExecutor
    from sweepflow.here import find_home, home_of
    from sweepflow.operations.plan import plan_operation
    from sweepflow.store.store import Store

    operations, operation = found
    options.refuse_beside_search()
    needed = replace(options, needed=True, max_trials=None)
    with (
        closing(LocalExecutor(PRELOADED)) as executor,
        Store(home_of(project) if project else find_home()) as store,
    ):
        search_id = search.id(job or operation.full_name)
        target = OperationTrials(
            search_id,
            operations,
            lambda trials: read_asked(
                operations,
                operation,
                replace(said, trials=trials),
                request,
                needed,
                None,
            ),
            words,
            lambda asked: plan_operation(
                operations,
                asked,
                store,
                with_deps=options.with_deps,
                job=job,
                search=search_id,
            ),
        )
        if request.dry_run:
            name = job or operation.full_name
            tell_search(name, search, target, as_json=request.as_json)
            return 0
        engine = Engine(
            store,
            executor,
            jobs=request.jobs or search.at_once,
            fail_fast=request.fail_fast or options.fail_on_trial_error is True,
            cache=request.cache,
        )
        return run_search(search, target, engine)


def _tasks(plan: Plan, key: str) -> dict[str, str]:
    """Give the tasks of a trial, by the names of the operation and of its steps."""
    inner = f"{key}/"
    return {
        task.key.removeprefix(inner).replace("/", "."): task.key
        for task in plan.tasks
        if task.key == key or task.key.startswith(inner)
    }
