"""Steps as they were recorded, made of the code as it stands now."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from sweepflow.errors import PlanError
from sweepflow.workflow.config import from_dict
from sweepflow.workflow.decorator import step_function
from sweepflow.workflow.discovery import find_workflow, list_workflows
from sweepflow.workflow.flat import unflatten
from sweepflow.workflow.importing import import_reference
from sweepflow.workflow.references import name_of, users_function
from sweepflow.workflow.steps import DependsOn, Step
from sweepflow.workflow.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sweepflow.provenance import history
    from sweepflow.store.records import Json

_HELD = ("argument:", "bound:", "closure:", "instance:")
"""Begin the names of parts of the code that stand in no statement."""


def step_of(
    recorded: history.Step, parts: Mapping[str, Json], root: Path
) -> tuple[Step, object]:
    """Give a step as the code has it now, and the config that it had.

    Args:
        recorded: What is known of it.
        parts: Of its fingerprint.
        root: The project's folder.

    Raises:
        SweepflowError: Its function is not to be found, or does not take that config.
    """
    ref, kind = str(parts["action"]), parts["config_class"]
    if ref.startswith("__main__:"):
        raise PlanError("its function was typed in, and stands in no file")
    if "<" in ref or any(name.startswith(_HELD) for name in recorded.code):
        found = _in_workflow(recorded, ref, root)
    else:
        function = cast("Any", import_reference(ref, root))
        found = Step(recorded.name, step_function(function))
    config = None
    if kind is not None:
        config_class = cast("type[Any]", import_reference(kind, root))
        config = from_dict(config_class, unflatten(recorded.run.params))
        found = replace(found, config_class=found.config_class or config_class)
    step = replace(
        found,
        name=recorded.name,
        output_atom_types=parts["outputs"],
        depends_on=_depends_on(parts["depends_on"]),
    )
    return step, config


def _in_workflow(recorded: history.Step, ref: str, root: Path) -> Step:
    """Find a step whose function is more than its name says, such as a partial.

    Raises:
        PlanError: No workflow that can be found has it.
    """
    workflow, task = recorded.run.name, recorded.run.task
    for each in _workflows(ref.partition(":")[0], root):
        for step in each.steps if each.name == workflow else ():
            if step.name == task and name_of(users_function(step.function)) == ref:
                return step
    raise PlanError(
        f"its function {ref} is more than its name says, as a partial or a lambda is, "
        f"and no workflow {workflow!r} in that module or in sweepflow.yaml has it"
    )


def _workflows(module: str, root: Path) -> Iterator[Workflow]:
    """Give the workflows of a module, then all others that have names."""
    import_reference(f"{module}:__name__", root)
    there = vars(sys.modules[module]).values()
    yield from (thing for thing in there if isinstance(thing, Workflow))
    from sweepflow.project import load
    from sweepflow.project.find import nearest

    project = load() if nearest(root) else None
    for listing in list_workflows(project):
        with suppress(PlanError):  # it may not be the one that is looked for
            yield find_workflow(listing.name, project).workflow


def _depends_on(recorded: Mapping[str, str]) -> DependsOn:
    named: dict[str, list[str]] = {"env": [], "file": [], "package": []}
    for key in recorded:
        prefix, _, name = key.partition(":")
        named[prefix].append(name)
    return DependsOn(named["env"], named["file"], named["package"])
