"""Which step feeds which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sweepflow.workflow.steps import Step

Source: TypeAlias = (
    tuple[Literal["input"]] | tuple[Literal["step"], str] | tuple[Literal["undeclared"]]
)
"""Where an input comes from: the workflow's own inputs, a step that declares an output
of that name, or one of the earlier steps that do not declare what they make."""

INPUT: tuple[Literal["input"]] = ("input",)
UNDECLARED: tuple[Literal["undeclared"]] = ("undeclared",)


class Edge(NamedTuple):
    """An input of a step and what feeds it.

    Args:
        step: The step that takes it.
        input: The input's name, and that of the output that feeds it.
        type: The type that the step expects.
        source: Where it comes from.
    """

    step: str
    input: str
    type: str
    source: Source


def find_edges(
    inputs: Mapping[str, str], steps: Sequence[Step]
) -> Iterator[Edge | tuple[Step, str]]:
    """Give an edge for each input, or the step and the input that nothing can feed."""
    makers = {
        name: step.name for step in steps for name in step.output_atom_types or ()
    }
    undeclared_above = False
    for step in steps:
        for name, kind in step.input_atom_types.items():
            if name in inputs:
                yield Edge(step.name, name, kind, INPUT)
            elif name in makers:
                yield Edge(step.name, name, kind, ("step", makers[name]))
            elif undeclared_above:
                yield Edge(step.name, name, kind, UNDECLARED)
            else:
                yield step, name
        undeclared_above = undeclared_above or step.output_atom_types is None


def stuck_steps(steps: Sequence[Step], edges: Sequence[Edge]) -> dict[str, Edge]:
    """Give the steps that wait for themselves, each with an edge that it waits on.

    A step can start once the steps that feed it are done; for an input that an
    undeclared output feeds, some earlier step of that kind will do.
    """
    waits = {step.name: 0 for step in steps}
    takers: dict[str, list[str]] = {name: [] for name in waits}
    position = {step.name: number for number, step in enumerate(steps)}
    late: list[Edge] = []  # the furthest down the list is the first to be fed
    for edge in edges:
        if edge.source[0] != "input":
            waits[edge.step] += 1
        if edge.source[0] == "step":
            takers[edge.source[1]].append(edge.step)
        elif edge.source[0] == "undeclared":
            late.append(edge)
    undeclared = {step.name for step in steps if step.output_atom_types is None}
    late.sort(key=lambda edge: position[edge.step])
    ready = [name for name, count in waits.items() if not count]
    done: set[str] = set()
    while ready:
        name = ready.pop()
        done.add(name)
        fed = takers[name]
        if name in undeclared:
            while late and position[late[-1].step] > position[name]:
                fed = [*fed, late.pop().step]
        for taker in fed:
            waits[taker] -= 1
            if not waits[taker]:
                ready.append(taker)
    return _blocked(edges, done, {edge.step for edge in late})


def _blocked(edges: Sequence[Edge], done: set[str], unfed: set[str]) -> dict[str, Edge]:
    blocked: dict[str, Edge] = {}
    for edge in edges:
        if edge.step in done:
            continue
        if (edge.source[0] == "step" and edge.source[1] not in done) or (
            edge.source[0] == "undeclared" and edge.step in unfed
        ):
            blocked.setdefault(edge.step, edge)
    return blocked


def find_circle(steps: Sequence[Step], stuck: Mapping[str, Edge]) -> list[str]:
    """Give steps that wait for each other: each for the next, the last is the first."""
    path: list[str] = []
    waiting = [step for step in steps if step.name in stuck]
    # What waits for undeclared outputs waits for each such step above it.
    unsure = (step.name for step in waiting if step.output_atom_types is None)
    first_undeclared = next(unsure, "")
    name = waiting[0].name
    while name not in path:
        path.append(name)
        source = stuck[name].source
        name = source[1] if source[0] == "step" else first_undeclared
    return [*path[path.index(name) :], name]
