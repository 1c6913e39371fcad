"""Operations as `sweepflow show` has them: much as one would write them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sweepflow.cli.options import flags_told
from sweepflow.cli.text import visible

if TYPE_CHECKING:
    from sweepflow.operations.flags.operation import OperationFlags
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.flags import Choice, Flag
    from sweepflow.project.operations.graph import Edge, Graph
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.steps import StepEntry

_FIRST: Final = ("description", "model", "main", "exec")
_BUILT: Final = {"name", "flags", "flags_dest", "requires", "steps"}
_IN_RUN: Final = {"operation", "arguments", "batch_files"}


def summary(operation: Operation) -> dict[str, Any]:
    """Give what an operation is."""
    facts = _head(operation)
    if operation.steps:
        facts["steps"] = [step.run for step in operation.steps]
    return facts


def facts_of(operations: Operations, operation: Operation) -> dict[str, Any]:
    """Give all of an operation, with the flags that its script has.

    Raises:
        SweepflowError: Its script is not there, or flags of it cannot be found.
    """
    found = flags_told(operations, operation)
    parts = {
        "flags": {flag.name: _of_flag(flag) for flag in found.flags},
        "flags-dest": _destination(operation, found),
        "requires": [
            one.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for one in operation.requires
        ],
        "steps": [_of_step(step) for step in operation.steps],
    }
    rest = operation.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={*_FIRST, *_BUILT}
    )
    said = {key: part for key, part in parts.items() if part}
    return {**_head(operation), **said, **rest}


def graph_facts(graph: Graph) -> dict[str, Any]:
    """Give a graph whose edges lead from what is needed to what needs it."""
    return {
        "nodes": [
            {"name": node.name, "kind": node.kind, "known": node.known}
            for node in graph.nodes
        ],
        "edges": [_of_edge(edge) for edge in graph.edges],
    }


def graph_text(graph: Graph) -> str:
    """Give a graph as a list of operations with what each requires and runs."""
    unknown = {node.name for node in graph.nodes if not node.known}
    lines: list[str] = []
    for node in graph.nodes:
        if node.kind != "operation" or not node.known:
            continue
        lines.append(node.name)
        lines += [
            f"  {_line(edge, edge.needs in unknown)}"
            for edge in graph.edges
            if edge.name == node.name
        ]
    return "".join(f"{visible(line)}\n" for line in lines)


def _head(operation: Operation) -> dict[str, Any]:
    return {key: value for key in _FIRST if (value := getattr(operation, key))}


def _of_flag(flag: Flag) -> dict[str, Any]:
    facts = flag.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={"name", "choices"}
    )
    facts.pop("default", None)
    default = flag.default
    if isinstance(default, float) and not math.isfinite(default):
        default = str(default)  # which JSON does not have
    if flag.choices:
        facts["choices"] = [_of_choice(choice) for choice in flag.choices]
    return {"default": default, **facts}


def _of_choice(choice: Choice) -> Any:  # noqa: ANN401 - a value of YAML
    facts = choice.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return facts if len(facts) > 1 else facts["value"]


def _destination(operation: Operation, found: OperationFlags) -> str:
    """Give where values go, if they go to a script and not to steps."""
    if not operation.main or not found.flags:
        return operation.flags_dest
    return operation.flags_dest or found.destination.kind


def _of_step(step: StepEntry) -> str | dict[str, Any]:
    facts = step.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude=_IN_RUN
    )
    return facts if len(facts) > 1 else step.run


def _of_edge(edge: Edge) -> dict[str, Any]:
    ends = {"source": edge.needs, "target": edge.name}
    if edge.run:
        return {**ends, "kind": "step", "run": edge.run, "step": edge.step or None}
    return {**ends, "kind": "requires", "optional": edge.optional}


def _line(edge: Edge, is_unknown: bool) -> str:
    if edge.run:
        return f"runs {edge.run}" + (f" as {edge.step}" if edge.step else "")
    marks = ["optional"] if edge.optional else []
    if is_unknown:
        marks.append("known at a run" if "${" in edge.needs else "not defined")
    return f"requires {edge.needs}" + (f" ({', '.join(marks)})" if marks else "")
