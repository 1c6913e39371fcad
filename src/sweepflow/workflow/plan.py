"""From a workflow to a plan."""

from __future__ import annotations

import inspect
import pickle
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sweepflow.atom import Atom
from sweepflow.atom.checks import check_user
from sweepflow.engine.plan import Plan
from sweepflow.engine.task import AtomRef, OutputRef, RunInfo, StepCall, Task
from sweepflow.errors import PlanError
from sweepflow.here import current_store
from sweepflow.project.find import project_folder, working_directory
from sweepflow.store.records import of_job
from sweepflow.workflow.data import to_data
from sweepflow.workflow.flat import flatten
from sweepflow.workflow.identity import Identities
from sweepflow.workflow.names import did_you_mean
from sweepflow.workflow.references import (
    is_importable,
    name_of,
    pickle_by_value,
    users_function,
)
from sweepflow.workflow.runner import RUNNER, LiveStep, NamedStep
from sweepflow.workflow.variants import undeclared, variants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.engine.task import Input
    from sweepflow.store.records import AtomRecord, Json
    from sweepflow.workflow.links import Source
    from sweepflow.workflow.steps import Outdated, Step
    from sweepflow.workflow.workflow import Workflow

OURS = (
    *("sweepflow.engine.step", "sweepflow.store.objects", "encodings.ascii"),
    RUNNER.partition(":")[0],
)
"""The modules that the process of every step needs."""


def plan_workflow(
    workflow: Workflow,
    input_atoms: Mapping[str, Atom],
    configs: Mapping[str, Any],
    *,
    user: str | None = None,
    root: Path | None = None,
) -> Plan:
    """Give the plan of a workflow: a task for each step.

    Args:
        workflow: What to plan.
        input_atoms: The atoms that it is given, by name.
        configs: The config of each step by its name, as `resolve_config` gives them.
        user: In whose name the atoms are kept; by default that of who runs this.
        root: The project's folder; by default that around the working directory.

    Raises:
        PlanError: The atoms are not those that the workflow wants, or a step depends
            on a file or package that is not there.
        AtomError: The user's name cannot be part of an atom's.
    """
    return plan_points(workflow, input_atoms, [configs], user=user, root=root).plan


@dataclass(frozen=True, slots=True)
class PlannedPoints:
    """Several runs of a workflow as one plan, in which the same work appears once.

    Args:
        plan: A task for each step that differs from all others.
        tasks: For each point the keys of its tasks, by the names of the steps.
    """

    plan: Plan
    tasks: Sequence[Mapping[str, str]]


def plan_points(  # noqa: PLR0913 - what it says of the runs, each by its name
    workflow: Workflow,
    input_atoms: Mapping[str, Atom],
    points: Sequence[Mapping[str, Any]],
    *,
    user: str | None = None,
    root: Path | None = None,
    job: str = "",
    search: str = "",
) -> PlannedPoints:
    """Give one plan for a workflow with several configs.

    A step that has the same config and gets the same in several points is one task. A
    task is named like its step, with a number where there are several of that step.

    Args:
        workflow: What to plan.
        input_atoms: As for `plan_workflow`, as are the others.
        points: The configs of each step by its name, for each point.
        user: In whose name the atoms are kept.
        root: The project's folder.
        job: The name of the job that the points are of, for its runs to be found by.
        search: The id of the search that they are trials of, likewise.

    Raises:
        PlanError, AtomError: As for `plan_workflow`.
    """
    _check_inputs(workflow, input_atoms)
    keys = variants(workflow, points)
    identities = Identities(workflow.steps, root or project_folder())
    cwd = str(working_directory())
    sources = workflow.sources()
    # In the plan of one point, whichever earlier task makes an output is meant.
    none = defaultdict[str, list[str]](list)
    candidates = undeclared(workflow) if len(points) > 1 else none
    facts = of_job(job, search)
    tasks: dict[str, Task] = {}
    for configs, names in zip(points, keys, strict=True):
        for step in workflow.steps:
            key = names[step.name]
            if key not in tasks:
                among = tuple(names[one] for one in candidates[step.name])
                inputs = _inputs(step, sources[step.name], input_atoms, names, among)
                task = task_of(step, configs[step.name], inputs, identities, cwd)
                info = RunInfo(task=step.name, facts=facts)
                tasks[key] = replace(task, key=key, info=info)
    plan = Plan(workflow.name, tuple(tasks.values()), "workflow", check_user(user))
    return PlannedPoints(plan, keys)


def modules_of(plan: Plan) -> list[str]:
    """Give the modules that another process needs to do the steps of a plan.

    What is handed over by value is not among them: its module may be a script, which
    would run again if it was imported.
    """
    actions = (t.action for t in plan.tasks if isinstance(t.action, StepCall))
    return [*OURS, *sorted({name for action in actions for name in action.modules})]


def task_of(
    step: Step,
    config: object,
    inputs: Mapping[str, Input],
    identities: Identities,
    cwd: str,
) -> Task:
    """Give the task that a step is, with its config and what it is to get.

    Raises:
        PlanError: It depends on a file or package that is not there.
    """
    data = to_data(config)
    return Task(
        key=step.name,
        action=_action(step, config, data, cwd),
        params=flatten(data),
        timeout=step.timeout,
        inputs=inputs,
        outputs=step.output_atom_types,
        identity=identities.of(step, data),
        outdated=step.outdated and partial(_outdated, step.outdated),
        retry=step.retry,
        resources=step.resources,
    )


def _action(step: Step, config: object, data: Json, cwd: str) -> StepCall:
    function = users_function(step.function)
    kind = None if config is None else type(config)
    named = [thing for thing in (function, kind) if thing is not None]
    live = LiveStep(step.function, config)
    ref = name_of(function)
    is_named = all(map(is_importable, named))
    return StepCall(
        ref=ref,
        runner=RUNNER,
        config=data,
        config_class=kind and name_of(kind),
        outputs=step.output_atom_types,
        cwd=cwd,
        is_async=is_async(function),
        live=live,
        by_value=partial(_by_name, ref, config) if is_named else partial(_whole, live),
        modules=tuple({thing.__module__ for thing in named}) if is_named else (),
    )


def _outdated(ask: Outdated, known: Mapping[str, AtomRecord]) -> str | None:
    store = current_store()
    return ask({name: Atom.from_record(atom, store) for name, atom in known.items()})


def _by_name(ref: str, config: object) -> bytes | None:
    try:
        return pickle.dumps(NamedStep(ref, config))
    except Exception:  # noqa: BLE001 - from methods of the user's; JSON will do
        return None


def _whole(live: LiveStep) -> bytes:
    return pickle_by_value(live, live.function, live.config)


def is_async(function: Any) -> bool:  # noqa: ANN401 - any callable
    """Tell whether what a callable gives is to be awaited."""
    while isinstance(function, partial):
        function = function.func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - an object may have one
    )


def _inputs(
    step: Step,
    sources: Mapping[str, Source],
    atoms: Mapping[str, Atom],
    keys: Mapping[str, str],
    among: tuple[str, ...],
) -> dict[str, Input]:
    found: dict[str, Input] = {}
    for name, kind in step.input_atom_types.items():
        source = sources[name]
        if source[0] == "input":
            found[name] = AtomRef(atoms[name].record)
        else:
            found[name] = (
                OutputRef(name, kind, keys[source[1]])
                if source[0] == "step"
                else OutputRef(name, kind, among=among)
            )
    return found


def _check_inputs(workflow: Workflow, atoms: Mapping[str, Atom]) -> None:
    wanted = workflow.input_atom_types
    for name in atoms:
        if name not in wanted:
            raise PlanError(
                f"workflow {workflow.name!r} takes no input {name!r}",
                hint=did_you_mean(name, wanted, "inputs"),
            )
    for name, kind in wanted.items():
        if name not in atoms:
            raise PlanError(
                f"workflow {workflow.name!r} needs an input {name!r} of type {kind!r}",
                hint="give the atom or its id; `sweepflow atoms list` has them",
            )
        if atoms[name].type != kind:
            raise PlanError(
                f"the input {name!r} of workflow {workflow.name!r} is of type "
                f"{kind!r}, but {atoms[name].id} is of type {atoms[name].type!r}"
            )
