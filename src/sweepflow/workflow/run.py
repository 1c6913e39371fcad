"""Running a workflow from Python."""

from __future__ import annotations

import signal
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict, Unpack, get_args

from sweepflow.atom import Atom
from sweepflow.engine.capacity import cores
from sweepflow.engine.engine import CacheUse, Engine
from sweepflow.engine.executors import InProcessExecutor, LocalExecutor
from sweepflow.engine.recovery import settle
from sweepflow.errors import PlanError
from sweepflow.here import current_store
from sweepflow.store.store import use_store
from sweepflow.workflow.names import did_you_mean
from sweepflow.workflow.plan import modules_of, plan_workflow
from sweepflow.workflow.resolve import resolve_config
from sweepflow.workflow.state import StepState, WorkflowError, WorkflowState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sweepflow.engine.engine import Report
    from sweepflow.engine.events import Listener
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.result import Result
    from sweepflow.store.store import Store
    from sweepflow.workflow.plan import PlannedPoints
    from sweepflow.workflow.points import Point
    from sweepflow.workflow.workflow import Workflow

Place: TypeAlias = Literal["local", "in-process"]


class Options(TypedDict, total=False):
    """How a plan is run; all of it may be left out.

    Args:
        jobs: How many cores the steps may use at a time; by default all there are.
        executor: Where plain steps run: `local`, each in a process of its own, which
            is the default, or `in-process`, in threads of this one. Async steps run in
            one event loop of this process in any case.
        cache: `use` known results, by default; `renew` them, by running every step; or
            `off`, to neither read nor write them.
        stages: Names of the steps that run, known or not; all others have to be known.
        fail_fast: End everything at the first failure.
        listeners: Are told of every event of the engine.
    """

    jobs: int | None
    executor: Place
    cache: CacheUse
    stages: Collection[str] | None
    fail_fast: bool
    listeners: Iterable[Listener]


def run_workflow(
    workflow: Workflow,
    input_atoms: Mapping[str, Atom | str] | None = None,
    config: object = None,
    user: str | None = None,
    **options: Unpack[Options],
) -> WorkflowState:
    """Run a workflow, taking what is known already from the cache.

    Args:
        workflow: What to run.
        input_atoms: The atoms that it is given, or their ids, by name.
        config: An object of its `config_class`, or a mapping from the steps' names to
            their configs.
        user: In whose name the atoms are kept; by default that of who runs this.
        **options: See `Options`.

    Returns:
        How each step ended.

    Raises:
        WorkflowError: A step failed; those that did not depend on it are done. The
            error has the state.
        SweepflowError: It cannot be run as it is asked for.
        KeyboardInterrupt: It was interrupted; what was done is kept.
    """
    running = _Running(workflow, input_atoms, config, user, options)
    return running.judge(running.run())


async def arun_workflow(
    workflow: Workflow,
    input_atoms: Mapping[str, Atom | str] | None = None,
    config: object = None,
    user: str | None = None,
    **options: Unpack[Options],
) -> WorkflowState:
    """Run a workflow beside what else the event loop does; see `run_workflow`.

    When this is cancelled, what runs is ended.
    """
    import asyncio

    running = _Running(workflow, input_atoms, config, user, options)
    work = asyncio.create_task(asyncio.to_thread(running.run))
    try:
        report = await asyncio.shield(work)
    except asyncio.CancelledError:
        while not work.done():
            running.interrupt()
            with suppress(asyncio.CancelledError):  # asked again: what runs is killed
                await asyncio.wait([work])
        raise
    return running.judge(report)


class _Running:
    """One run of a workflow; everything is checked when it is made."""

    def __init__(
        self,
        workflow: Workflow,
        input_atoms: Mapping[str, Atom | str] | None,
        config: object,
        user: str | None,
        options: Options,
    ) -> None:
        self._store = current_store()
        atoms = given_atoms(self._store, input_atoms)
        configs = resolve_config(workflow, config)
        self._plan = plan_workflow(workflow, atoms, configs, user=user)
        check_stages(self._plan, options.get("stages"))
        self._engine = make_engine(self._plan, self._store, options)

    def run(self) -> Report:
        with closing(self._engine.executor):
            settle(self._store)
            return self._engine.run(self._plan)

    def judge(self, report: Report) -> WorkflowState:
        """Give how the steps ended; see `run_workflow` for what is raised."""
        state = state_of(self._plan, report)
        if report.signum == signal.SIGINT:
            raise KeyboardInterrupt
        if not state:
            raise WorkflowError(state)
        return state

    def interrupt(self) -> None:
        self._engine.interrupt()


def given_atoms(
    store: Store, atoms: Mapping[str, Atom | str] | None
) -> dict[str, Atom]:
    """Give the atoms of a store that are given as they are, or by their ids.

    Raises:
        AtomNotFoundError: There is none of that id.
    """
    with use_store(store):
        return {
            name: atom if isinstance(atom, Atom) else Atom.get(atom)
            for name, atom in (atoms or {}).items()
        }


def make_engine(plan: Plan, store: Store, options: Options) -> Engine:
    """Give the engine for a plan of steps; its executor is to be closed.

    Raises:
        PlanError: An option has a value that it cannot have.
    """
    _check_options(options)
    executor = InProcessExecutor(
        store,
        LocalExecutor(modules_of(plan)),
        plain=options.get("executor") == "in-process",
    )
    return Engine(
        store,
        executor,
        jobs=options.get("jobs") or cores(),
        fail_fast=options.get("fail_fast", False),
        cache=options.get("cache", "use"),
        stages=options.get("stages"),
        listeners=options.get("listeners", ()),
    )


def _check_options(options: Options) -> None:
    jobs = options.get("jobs")
    if jobs is not None and jobs < 1:
        raise PlanError(f"jobs is {jobs!r}", hint="write a whole number, 1 or more")
    for name, kind in (("executor", Place), ("cache", CacheUse)):
        valid = get_args(kind)
        given = options.get(name, valid[0])
        if given not in valid:
            named = ", ".join(map(repr, valid))
            raise PlanError(f"{name} is {given!r}", hint=f"write one of {named}")


def check_stages(plan: Plan, stages: Collection[str] | None) -> None:
    """See that stages are steps of a plan.

    Raises:
        PlanError: One is not.
    """
    _check_names(plan.name, stages or (), [task.key for task in plan.tasks])


def _check_names(workflow: str, stages: Iterable[str], names: Sequence[str]) -> None:
    for stage in stages:
        if stage not in names:
            raise PlanError(
                f"workflow {workflow!r} has no step {stage!r}",
                hint=did_you_mean(stage, names, "steps"),
            )


def stage_tasks(
    planned: PlannedPoints, stages: Collection[str] | None
) -> list[str] | None:
    """Give the keys of the tasks that some steps are; None for None.

    Raises:
        PlanError: There is no such step.
    """
    if stages is None:
        return None
    names = list(planned.tasks[0])
    _check_names(planned.plan.name, stages, names)
    keys = {points[stage]: None for points in planned.tasks for stage in stages}
    return list(keys)


def state_of(plan: Plan, report: Report) -> WorkflowState:
    """Give how the steps of a plan ended."""
    states = [_state(task.key, report.results[task.key]) for task in plan.tasks]
    return WorkflowState(plan.name, states)


def states_of(
    planned: PlannedPoints, points: Sequence[Point], report: Report
) -> list[WorkflowState]:
    """Give how the steps of each point ended, in the order of the points."""
    return [
        WorkflowState(
            planned.plan.name,
            [_state(name, report.results[key]) for name, key in keys.items()],
            point.settings,
        )
        for point, keys in zip(points, planned.tasks, strict=True)
    ]


def _state(name: str, result: Result) -> StepState:
    return StepState(
        name=name,
        status=result.outcome.status,
        input_atoms={name: atom.id for name, atom in result.inputs.items()},
        output_atoms={name: atom.id for name, atom in result.outputs.items()},
        started_at=result.started_at,
        finished_at=result.finished_at,
        error=result.outcome.error,
        run_id=result.run_id,
        log=result.log if result.log and result.log.exists() else None,
        cached_from=result.cached_from,
    )
