"""A step in the process that does its work: what it gets, and what becomes of it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sweepflow.atom import Atom
from sweepflow.engine.attempt import Findings
from sweepflow.engine.numbers import FollowedRecorder
from sweepflow.engine.scalars import Recorder
from sweepflow.engine.step import Work, find
from sweepflow.workflow.config import from_dict
from sweepflow.workflow.decorator import step_function
from sweepflow.workflow.metrics import recording
from sweepflow.workflow.outputs import collect

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from sweepflow.engine.attempt import TaskSpec
    from sweepflow.engine.task import StepCall
    from sweepflow.store.store import Store
    from sweepflow.workflow.steps import StepFunction

RUNNER = "sweepflow.workflow.runner:run_step"


@dataclass(frozen=True, slots=True)
class LiveStep:
    """A step's function and config, in a process that has them already."""

    function: StepFunction
    config: object


@dataclass(frozen=True, slots=True)
class NamedStep:
    """The same for a process that finds the function by its name.

    Its config is made already: to make it of JSON would take longer than a short step.
    """

    ref: str
    config: object


def run_step(spec: TaskSpec, workspace: Path, store: Store) -> Work:
    """Prepare a step; see `sweepflow.engine.step.Runner`."""
    action = cast("StepCall", spec.action)
    live = _load(action)
    inputs = spec.inputs.items()
    atoms = {name: Atom.from_record(atom, store) for name, atom in inputs}
    recorder = FollowedRecorder(spec.numbers) if spec.numbers else Recorder()

    def call() -> object:
        with recording(recorder):
            made = live.function(live.config, atoms, workspace)
        return _recorded(made, recorder) if inspect.isawaitable(made) else made

    return Work(
        call=call,
        collect=lambda returned: collect(
            returned, workspace, action.outputs, store.objects
        ),
        findings=lambda: Findings(recorder.records()),
    )


async def _recorded(made: Awaitable[object], recorder: Recorder) -> object:
    with recording(recorder):
        return await made


def _load(action: StepCall) -> LiveStep:
    if isinstance(action.live, LiveStep):
        return action.live
    function = step_function(cast("Any", find(action.ref)))
    if isinstance(action.live, NamedStep):
        return LiveStep(function, action.live.config)
    if action.config_class is None:
        return LiveStep(function, action.config)
    kind = cast("type[Any]", find(action.config_class))
    return LiveStep(function, from_dict(kind, action.config))
