"""From what is to run to the plan of it: one task a run, one group a run with steps.

Steps come one after the other, trials side by side. What an operation requires of
another comes from a task of the plan where there is one for it, else from a run that is
there already.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import Attempt
from sweepflow.engine.plan import Plan
from sweepflow.engine.task import Checked, Group, Made, StepCall, Task
from sweepflow.errors import PlanError
from sweepflow.operations import checks
from sweepflow.operations.configure import run_config, shown
from sweepflow.operations.expand import expand
from sweepflow.operations.parents import Parent, Placing
from sweepflow.operations.position import At, How, Members
from sweepflow.operations.required import Finder, Scope
from sweepflow.operations.staging import StagedTrials
from sweepflow.store.records import of_job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sweepflow.engine.task import Identity
    from sweepflow.operations.planned import Asked, Planned, PlannedStep
    from sweepflow.operations.required import Maker, Required
    from sweepflow.operations.restart import Previous
    from sweepflow.operations.running import RunConfig
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.store.records import Json, Run
    from sweepflow.store.store import Store

RUNNER = "sweepflow.operations.running:prepare"

_SECONDS = 60
"""Of a minute, in which `stop-after` is given."""


def plan_operation(  # noqa: PLR0913 - each by its name
    operations: Operations,
    asked: PlannedStep,
    store: Store,
    *,
    with_deps: bool = False,
    stage: bool = False,
    stage_trials: bool = False,
    run_id: str = "",
    previous: Previous | None = None,
    job: str = "",
    search: str = "",
) -> Plan:
    """Give the plan of an operation; nothing runs, and nothing is written.

    Args:
        operations: Those of the project.
        asked: What is to run.
        store: Has the runs that there are already.
        with_deps: Plan what is required, too, instead of taking what is there.
        stage: The plan is to be staged, not run.
        stage_trials: Only record the trials of steps, to be started later.
        run_id: The id that the run is to have.
        previous: The run that goes on; it is still of the job that it was of.
        job: The name of the job that the runs are of, for them to be found by.
        search: The id of the search that they are trials of, likewise.

    Raises:
        PlanError: What is required cannot be had.
    """
    if previous and not job:
        job = previous.run.facts.get("job", "")
    planner = _Planner(
        operations,
        store,
        common=of_job(job, search),
        with_deps=with_deps,
        stage=stage,
        stage_trials=stage_trials,
    )
    how = How.of(asked.entry)
    for key, trial in by_key(asked.name, asked):
        planner.add(trial, At(key, previous=previous, run_id=run_id), how, Scope())
    return Plan(asked.name, tuple(planner.tasks), kind="operation")


class _Planner:
    def __init__(  # noqa: PLR0913 - each by its name
        self,
        operations: Operations,
        store: Store,
        *,
        common: Mapping[str, Json],
        with_deps: bool,
        stage: bool,
        stage_trials: bool,
    ) -> None:
        self.tasks: list[Task] = []
        self._common = common
        self._operations = operations
        self._store = store
        self._root = operations.root
        make = self._require if with_deps else None
        self._finder = Finder(operations, store, make, staged=stage)
        self._stage_trials = stage_trials
        self._required: dict[str, str] = {}  # keys of tasks by operation
        self._requiring: list[str] = []

    def add(self, planned: Planned, at: At, how: How, scope: Scope) -> Maker:
        """Add the tasks of one run and of those in it; give what makes its files.

        Of a run that goes on, what is done in it is left out, and stands for itself.
        """
        if planned.operation.steps:
            return self._add_parent(planned, at, how, scope)
        required = self._finder.of(planned, scope, isolated=how.isolated)
        if at.step is not None and at.is_done:
            if done := self._still_good(planned, at, required):
                return done
            at = replace(at, previous=None)  # others may stand on that run
        config = run_config(
            planned,
            self._operations,
            required.needs,
            gpus=how.gpus,
            restart=at.was_started,
        )
        task = Task(
            key=at.key,
            action=StepCall(
                ref=planned.operation.full_name,
                runner=RUNNER,
                config=config.to_json(),
                config_class=None,
                outputs=None,
                cwd=str(self._root),
                shown=shown(config),
            ),
            params=config.flags,
            after=at.after,
            timeout=None if how.stop_after is None else how.stop_after * _SECONDS,
            inputs=required.inputs,
            outputs=None,
            identity=self._identity(planned, config, required.depends_on),
            reuse=how.needed and at.previous is None,
            check=at.check,
            info=replace(
                at.info(planned.operation, planned.label, planned.tags),
                origins=required.origins,
                facts=self._facts(planned.operation),
            ),
        )
        self.tasks.append(task)
        return at.key

    def _still_good(self, planned: Planned, at: At, required: Required) -> Run | None:
        """Give the run that completed before, if it would come out the same now."""
        assert at.previous  # noqa: S101 - it is done
        run = at.previous.run
        if any(isinstance(given, Made) for given in required.inputs.values()):
            return None  # what it took is made anew
        if not at.previous.has_values(planned.values):
            return None
        if at.check and at.check(run.cached_from or run.id).failures:
            return None
        return run

    def _identity(
        self, planned: Planned, config: RunConfig, depends_on: dict[str, str]
    ) -> Callable[[], Identity]:
        def identity() -> Identity:
            from sweepflow.operations.identity import identity_of

            found = identity_of(planned, config, self._operations, self._store)
            return replace(found, depends_on={**found.depends_on, **depends_on})

        return identity

    def _add_parent(self, planned: Planned, at: At, how: How, scope: Scope) -> Maker:
        required = self._finder.of(planned, scope, isolated=how.isolated)
        makers = (i.tasks for i in required.inputs.values() if isinstance(i, Made))
        after = (*at.after, *chain.from_iterable(makers))
        inner = Scope(scope)
        members = Members()
        for step in planned.steps:
            key = f"{at.key}/{step.name}"
            previous = at.previous.child(step.name) if at.previous else None
            maker = self._add_step(
                step, At(key, step.name, after, previous), how, inner
            )
            members.add(step.name, maker)
            if isinstance(maker, str):
                after = (key,)
        place = Placing(
            required,
            self._operations,
            self._store,
            planned.values,
            again=at.was_started,
        )
        task = Task(
            at.key,
            self._group(planned.operation, members, place),
            params=planned.values,
            after=at.after,
            check=at.check,
            info=replace(
                at.info(planned.operation, planned.label, planned.tags),
                origins=required.origins,
                facts=self._facts(planned.operation),
            ),
        )
        return self._add_group(task, at, members)

    def _add_step(self, step: PlannedStep, at: At, above: How, scope: Scope) -> Maker:
        how = How.of(step.entry, above)
        check = _check(step, self._root, self._store)
        if not step.is_batch:
            maker = self.add(step.trials[0], replace(at, check=check), how, scope)
            scope.add(step.operation, [maker])
            return maker
        before = len(self.tasks)
        members = Members()
        makers: list[Maker] = []
        after = at.after
        for n, trial in enumerate(step.trials, 1):
            previous = at.previous.child(str(n)) if at.previous else None
            trial_at = At(f"{at.key}/{n}", str(n), after, previous, check=check)
            maker = self.add(trial, trial_at, how, scope)
            members.add(str(n), maker)
            makers.append(maker)
            if step.entry.fail_on_trial_error and isinstance(maker, str):
                after = (maker,)
        tolerant = step.entry.fail_on_trial_error is False
        group = self._group(step.operation, members, tolerant=tolerant)
        if self._stage_trials:
            staged, self.tasks = self.tasks[before:], self.tasks[:before]
            host = StagedTrials(staged, self._store, self._root)
            group = Group(group.ref, (), group.cwd, host)
        else:
            scope.add(step.operation, makers)
        info = at.info(step.operation, step.entry.batch_label, step.entry.batch_tags)
        info = replace(info, facts=self._facts(step.operation))
        task = Task(at.key, group, after=at.after, info=info)
        return self._add_group(task, at, members)

    def _group(
        self,
        operation: Operation,
        members: Members,
        place: Placing | None = None,
        *,
        tolerant: bool = False,
    ) -> Group:
        made = {
            f"{step}/{name}": atom
            for step, run in members.done.items()
            for name, atom in self._store.catalog.outputs(run.id).items()
        }
        return Group(
            ref=operation.full_name,
            members=tuple(members.tasks),
            cwd=str(self._root),
            host=Parent(members.tasks, place, tuple(members.done)),
            tolerant=tolerant,
            made=made,
        )

    def _add_group(self, task: Task, at: At, members: Members) -> Maker:
        """Add a run that holds others, unless it is done, and so are they."""
        if at.step is not None and at.is_done and at.previous and not members.tasks:
            return at.previous.run
        self.tasks.append(task)
        return at.key

    def _facts(self, operation: Operation) -> dict[str, Json]:
        """Give what is recorded of each run, however it ends."""
        return {
            **self._common,
            "folder": str(self._root),
            "file": str(self._operations.file),
            "compare": list(operation.compare),
        }

    def _require(self, operation: Operation) -> str:
        """Give the key of the task that makes what is required, with the usual flags.

        Raises:
            PlanError: What is required requires what requires it.
        """
        name = operation.full_name
        if name in self._required:
            return self._required[name]
        if name in self._requiring:
            circle = " -> ".join([*self._requiring, name])
            raise PlanError(f"operations require each other in a circle: {circle}")
        self._requiring.append(name)
        asked = expand(self._operations, operation, (), folder=self._root)
        for key, trial in by_key(name, asked):
            self.add(trial, At(key), How(needed=True), Scope())
            self._required[name] = key
        self._requiring.pop()
        return self._required[name]


def by_key(name: str, asked: Asked | PlannedStep) -> list[tuple[str, Planned]]:
    """Give the runs that were asked for, with the keys of their tasks."""
    if not asked.is_batch:
        return [(name, asked.trials[0])]
    width = len(str(len(asked.trials)))
    return [(f"{name}.{n:0{width}}", trial) for n, trial in enumerate(asked.trials, 1)]


def _check(
    step: PlannedStep, root: Path, store: Store
) -> Callable[[str], Checked] | None:
    """Give what looks at the run of a step, if the step expects something of it."""
    if not step.entry.expect:
        return None

    def check(run_id: str) -> Checked:
        attempt = Attempt(store.home.attempt(run_id, store.home.last_attempt(run_id)))
        results = checks.checked(
            step.entry.expect,
            store.home.run(run_id),
            attempt.output,
            {"PROJECT_DIR": str(root)},
        )
        failed = (result for result in results if not result.passed)
        told = tuple(f"{one.message}\n{one.diff}".strip() for one in failed)
        return Checked(checks.summary(results), told)

    return check
