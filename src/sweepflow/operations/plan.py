"""From what is to run to the plan of it: one task a run, one group a run with steps.

Steps come one after the other, trials side by side. What an operation requires of
another comes from a task of the plan where there is one for it, else from a run that is
there already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import Attempt
from sweepflow.engine.plan import Plan
from sweepflow.engine.task import Checked, Group, Made, RunInfo, StepCall, Task
from sweepflow.errors import PlanError
from sweepflow.operations import checks
from sweepflow.operations.configure import run_config, shown
from sweepflow.operations.expand import expand
from sweepflow.operations.parents import Parent, Placing
from sweepflow.operations.required import Finder, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sweepflow.engine.task import Identity
    from sweepflow.operations.planned import Asked, Planned, PlannedStep
    from sweepflow.operations.restart import Previous
    from sweepflow.operations.running import RunConfig
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.steps import StepEntry
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
    run_id: str = "",
    previous: Previous | None = None,
) -> Plan:
    """Give the plan of an operation; nothing runs, and nothing is written.

    Args:
        operations: Those of the project.
        asked: What is to run.
        store: Has the runs that there are already.
        with_deps: Plan what is required, too, instead of taking what is there.
        run_id: The id that the run is to have.
        previous: The run that goes on.

    Raises:
        PlanError: What is required cannot be had.
    """
    planner = _Planner(operations, store, with_deps=with_deps)
    how = _How.of(asked.entry)
    for key, trial in _by_key(asked.name, asked):
        planner.add(trial, _At(key, previous=previous, run_id=run_id), how, Scope())
    return Plan(asked.name, tuple(planner.tasks), kind="operation")


@dataclass(frozen=True, slots=True)
class _How:
    """What is said of a step; all but isolation holds for those in it, too."""

    needed: bool = False
    isolated: bool = False
    gpus: str | None = None
    stop_after: float | None = None

    @classmethod
    def of(cls, entry: StepEntry, above: _How | None = None) -> _How:
        above = above or cls()
        return cls(
            needed=entry.needed or above.needed,
            isolated=entry.isolate_runs,
            gpus="" if entry.no_gpus else entry.gpus or above.gpus,
            stop_after=above.stop_after
            if entry.stop_after is None
            else entry.stop_after,
        )


@dataclass(frozen=True, slots=True)
class _At:
    """Where in the plan a run stands.

    Args:
        key: Of its task.
        step: What the run that it belongs to calls it.
        after: Keys of the tasks that come before.
        previous: The run that goes on.
        run_id: The id that it is to have.
        check: Looks at the run when it has completed.
    """

    key: str
    step: str | None = None
    after: tuple[str, ...] = ()
    previous: Previous | None = None
    run_id: str = ""
    check: Callable[[str], Checked] | None = None

    @property
    def was_started(self) -> bool:
        """Whether the run is one that goes on, and was not only staged."""
        return self.previous is not None and self.previous.run.attempts > 0

    def info(self, planned: Planned, origins: dict[str, str] | None = None) -> RunInfo:
        run = self.previous.run if self.previous else None
        return RunInfo(
            name=planned.operation.full_name,
            step=self.step,
            label=planned.label,
            tags=planned.tags,
            run_id=run.id if run else self.run_id,
            attempts=run.attempts if run else None,
            origins=origins or {},
        )


class _Planner:
    def __init__(
        self, operations: Operations, store: Store, *, with_deps: bool
    ) -> None:
        self.tasks: list[Task] = []
        self._operations = operations
        self._store = store
        self._root = operations.root
        self._finder = Finder(operations, store, self._require if with_deps else None)
        self._required: dict[str, str] = {}  # keys of tasks by operation
        self._requiring: list[str] = []

    def add(self, planned: Planned, at: _At, how: _How, scope: Scope) -> None:
        """Add the tasks of one run, and of those in it."""
        if planned.operation.steps:
            self._add_parent(planned, at, how, scope)
        else:
            self._add_run(planned, at, how, scope)

    def _add_run(self, planned: Planned, at: _At, how: _How, scope: Scope) -> None:
        required = self._finder.of(planned, scope, isolated=how.isolated)
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
            info=at.info(planned, required.origins),
        )
        self.tasks.append(task)

    def _identity(
        self, planned: Planned, config: RunConfig, depends_on: dict[str, str]
    ) -> Callable[[], Identity]:
        def identity() -> Identity:
            from sweepflow.operations.identity import identity_of

            found = identity_of(planned, config, self._operations, self._store)
            return replace(found, depends_on={**found.depends_on, **depends_on})

        return identity

    def _add_parent(self, planned: Planned, at: _At, how: _How, scope: Scope) -> None:
        required = self._finder.of(planned, scope, isolated=how.isolated)
        makers = (i.tasks for i in required.inputs.values() if isinstance(i, Made))
        after = (*at.after, *chain.from_iterable(makers))
        inner = Scope(scope)
        names: dict[str, str] = {}
        done: dict[str, Run] = {}
        for step in planned.steps:
            key = f"{at.key}/{step.name}"
            previous = at.previous.child(step.name) if at.previous else None
            if previous and previous.stands_for(step):
                inner.add(step.operation, [previous.run])
                done[step.name] = previous.run
                continue
            self._add_step(step, _At(key, step.name, after, previous), how, inner)
            names[key] = step.name
            after = (key,)
        place = Placing(
            required,
            self._operations,
            self._store,
            planned.values,
            again=at.was_started,
        )
        told = self._told(planned.operation)
        self._add_group(planned, at, Parent(names, told, place, tuple(done)), done)

    def _add_step(self, step: PlannedStep, at: _At, above: _How, scope: Scope) -> None:
        how = _How.of(step.entry, above)
        check = _check(step, self._root, self._store)
        if not step.is_batch:
            self.add(step.trials[0], replace(at, check=check), how, scope)
            scope.add(step.operation, [at.key])
            return
        names: dict[str, str] = {}
        after = at.after
        for n, trial in enumerate(step.trials, 1):
            key = f"{at.key}/{n}"
            previous = at.previous.child(str(n)) if at.previous else None
            self.add(trial, _At(key, str(n), after, previous, check=check), how, scope)
            names[key] = str(n)
            if step.entry.fail_on_trial_error:
                after = (key,)
        scope.add(step.operation, list(names))
        self._add_batch(step, at, names)

    def _add_batch(self, step: PlannedStep, at: _At, names: dict[str, str]) -> None:
        operation = step.operation
        info = RunInfo(
            name=operation.full_name,
            step=at.step,
            label=step.entry.batch_label,
            tags=step.entry.batch_tags,
            run_id=at.previous.run.id if at.previous else "",
            attempts=at.previous.run.attempts if at.previous else None,
        )
        host = Parent(names, told=self._told(operation))
        group = Group(
            ref=f"{operation.full_name}: {len(names)} trials",
            members=tuple(names),
            cwd=str(self._root),
            host=host,
            tolerant=step.entry.fail_on_trial_error is False,
        )
        self.tasks.append(Task(at.key, group, after=at.after, info=info))

    def _add_group(
        self, planned: Planned, at: _At, parent: Parent, done: Mapping[str, Run]
    ) -> None:
        operation = planned.operation
        made = {
            f"{step}/{name}": atom
            for step, run in done.items()
            for name, atom in self._store.catalog.outputs(run.id).items()
        }
        group = Group(
            ref=operation.full_name,
            members=tuple(parent.names),
            cwd=str(self._root),
            host=parent,
            made=made,
        )
        task = Task(
            at.key,
            group,
            params=planned.values,
            after=at.after,
            check=at.check,
            info=at.info(planned),
        )
        self.tasks.append(task)

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
        for key, trial in _by_key(name, asked):
            self.add(trial, _At(key), _How(needed=True), Scope())
            self._required[name] = key
        self._requiring.pop()
        return self._required[name]

    def _told(self, operation: Operation) -> dict[str, Json]:
        """Give what is recorded of a run with others in it."""
        return {
            "folder": str(self._root),
            "file": str(self._operations.file),
            "compare": list(operation.compare),
        }


def _by_key(name: str, asked: Asked | PlannedStep) -> list[tuple[str, Planned]]:
    """Give the runs that were asked for, by the keys of their tasks."""
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
