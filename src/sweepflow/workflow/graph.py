"""A workflow's graph as text, Mermaid or DOT."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sweepflow.workflow.workflow import Workflow


class _Arrow(NamedTuple):
    """What feeds a step: `source` is None for an input of the workflow."""

    source: str | None
    target: str
    names: list[str]
    is_sure: bool


def graph_mermaid(workflow: Workflow) -> str:
    """Give the graph as a Mermaid flowchart.

    An arrow with dots comes from a step that may or may not make what the other takes:
    it does not declare its outputs.
    """
    ids = {step.name: f"s{number}" for number, step in enumerate(workflow.steps)}
    inputs = {
        name: f"i{number}" for number, name in enumerate(workflow.input_atom_types)
    }
    lines = ["flowchart TD"]
    lines += [
        f'    {key}(["{name}: {workflow.input_atom_types[name]}"])'
        for name, key in inputs.items()
    ]
    lines += [f'    {key}["{name}"]' for name, key in ids.items()]
    for arrow in _arrows(workflow):
        target, label = ids[arrow.target], ", ".join(arrow.names)
        if arrow.source is None:
            lines += [f"    {inputs[name]} --> {target}" for name in arrow.names]
        else:
            line = "-->" if arrow.is_sure else "-.->"
            lines.append(f'    {ids[arrow.source]} {line}|"{label}"| {target}')
    return "\n".join(lines) + "\n"


def graph_dot(workflow: Workflow) -> str:
    """Give the graph in the DOT language of Graphviz; arrows as in `graph_mermaid`."""
    lines = [f"digraph {json.dumps(workflow.name)} {{", "    node [shape=box];"]
    for name, kind in workflow.input_atom_types.items():
        key, label = json.dumps(f"input:{name}"), json.dumps(f"{name}: {kind}")
        lines.append(f"    {key} [label={label}, shape=ellipse];")
    lines += [f"    {json.dumps(step.name)};" for step in workflow.steps]
    for arrow in _arrows(workflow):
        target = json.dumps(arrow.target)
        if arrow.source is None:
            lines += [
                f"    {json.dumps(f'input:{name}')} -> {target};"
                for name in arrow.names
            ]
        else:
            label = json.dumps(", ".join(arrow.names))
            style = "" if arrow.is_sure else ", style=dotted"
            source = json.dumps(arrow.source)
            lines.append(f"    {source} -> {target} [label={label}{style}];")
    return "\n".join((*lines, "}")) + "\n"


def graph_text(workflow: Workflow) -> str:
    """Give the graph as a list of steps with what each takes and makes."""
    sources = workflow.sources()
    lines = [workflow.name]
    lines += [
        f"  takes {name}: {kind}" for name, kind in workflow.input_atom_types.items()
    ]
    for step in workflow.steps:
        lines.append(f"  {step.name}")
        for name, kind in step.input_atom_types.items():
            match sources[step.name][name]:
                case ("step", source):
                    origin = f"from {source}"
                case ("input",):
                    origin = "given"
                case _:
                    origin = "from a step above"
            lines.append(f"    takes {name}: {kind} ({origin})")
        made = step.output_atom_types
        if made is None:
            lines.append("    makes what it returns")
        else:
            lines += [f"    makes {name}: {kind}" for name, kind in made.items()]
    return "\n".join(lines) + "\n"


def _arrows(workflow: Workflow) -> list[_Arrow]:
    """Give one arrow for all that one step, or the workflow's inputs, give another."""
    found: dict[tuple[str | None, str, bool], list[str]] = {}
    above: dict[str, int] = {}
    undeclared: list[str] = []
    for step in workflow.steps:
        above[step.name] = len(undeclared)
        if step.output_atom_types is None:
            undeclared.append(step.name)
    for edge in workflow.edges:
        if edge.source[0] == "undeclared":
            for name in undeclared[: above[edge.step]]:
                found.setdefault((name, edge.step, False), []).append(edge.input)
        else:
            source = edge.source[1] if edge.source[0] == "step" else None
            found.setdefault((source, edge.step, True), []).append(edge.input)
    return [
        _Arrow(source, target, names, is_sure)
        for (source, target, is_sure), names in found.items()
    ]
