"""Which steps of several runs of a workflow are the same work."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, TypeAlias

from sweepflow.store.records import canonical_json
from sweepflow.workflow.data import to_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.workflow.workflow import Workflow

_Work: TypeAlias = tuple[str, str, tuple[int, ...]]
"""A step's name, its config as JSON, and the numbers of what it waits for."""


def variants(
    workflow: Workflow, points: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Give for each point a name of each step's work, the same for the same work.

    It is the step's own, with a number behind it where the points differ.

    Args:
        workflow: What is run.
        points: The configs of each step by its name, for each point.
    """
    if len(points) == 1:  # a large workflow is not to pay for what sweeps need
        return [{step.name: step.name for step in workflow.steps}]
    candidates = undeclared(workflow)
    makers = {
        name: sorted(
            {one[1] for one in sources.values() if one[0] == "step"}
            | {*candidates[name]}
        )
        for name, sources in workflow.sources().items()
    }
    numbers: dict[_Work, int] = {}
    chosen = [_numbered(makers, configs, numbers) for configs in points]
    names: dict[int, str] = {}
    for step in workflow.steps:
        different = dict.fromkeys(one[step.name] for one in chosen)
        width = len(str(len(different)))
        for position, number in enumerate(different, 1):
            suffix = f".{position:0{width}}" if len(different) > 1 else ""
            names[number] = f"{step.name}{suffix}"
    return [{step: names[number] for step, number in one.items()} for one in chosen]


def undeclared(workflow: Workflow) -> dict[str, list[str]]:
    """Give for each step those that may make what nobody declares and it takes."""
    sources = workflow.sources()
    found: dict[str, list[str]] = {}
    before: list[str] = []
    for step in workflow.steps:
        seeks = any(one[0] == "undeclared" for one in sources[step.name].values())
        found[step.name] = list(before) if seeks else []
        if step.output_atom_types is None:
            before.append(step.name)
    return found


def _numbered(
    makers: Mapping[str, Sequence[str]],
    configs: Mapping[str, Any],
    numbers: dict[_Work, int],
) -> dict[str, int]:
    """Give the number of each step's work, which is a new one for new work."""
    found: dict[str, int] = {}
    for name in TopologicalSorter(makers).static_order():
        above = tuple(found[maker] for maker in makers[name])
        work = (name, canonical_json(to_data(configs[name])), above)
        found[name] = numbers.setdefault(work, len(numbers))
    return found
