"""What operations need of one another, by `requires` and by `steps`."""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

from sweepflow.errors import Place, ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation

_REFERENCE: Final = "${"


@dataclass(frozen=True)
class Node:
    """An operation, or what else one requires.

    Args:
        name: An operation's full name; of anything else the kind and the source.
        kind: `operation`, `file`, `url`, `module` or `config`.
        known: Whether it can be told what it is: an operation's name may depend on a
            flag, and an optional one may not be there.
    """

    name: str
    kind: str = "operation"
    known: bool = True


@dataclass(frozen=True)
class Edge:
    """That an operation requires something, or has a step.

    Args:
        name: The operation.
        needs: What it requires, or what the step runs.
        run: The step as it is written; empty for a requirement.
        step: The step's own name, if it has one.
        optional: Whether the operation can do without what it requires.
        place: Where it is written.
    """

    name: str
    needs: str
    run: str = ""
    step: str = ""
    optional: bool = False
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Graph:
    """Operations, each behind what it needs, and their needs in the file's order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(operations: Operations, roots: Iterable[Operation]) -> Graph:
    """The graph of some operations and of all that they need.

    Raises:
        ProjectError: There is no operation of a name, or one needs itself.
    """
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    waiting = list(roots)[::-1]
    while waiting:
        one = waiting.pop()
        if one.full_name in nodes:
            continue
        nodes[one.full_name] = Node(one.full_name)
        found: list[Operation] = []
        for edge, needed in _needs(operations, one):
            edges.append(edge)
            if isinstance(needed, Node):
                nodes.setdefault(needed.name, needed)
            else:
                found.append(needed)
        waiting += found[::-1]
    order = _ordered(nodes, edges)
    return Graph(tuple(nodes[name] for name in order), tuple(edges))


def _needs(
    operations: Operations, one: Operation
) -> Iterable[tuple[Edge, Node | Operation]]:
    """What an operation needs: operations of the file, or what else there is."""
    name = one.full_name
    for index, requirement in enumerate(one.requires):
        place = operations.place(one, "requires", index)
        optional = requirement.optional
        needed = Node(requirement.uri, requirement.kind)
        if requirement.operation:
            needed = _named(operations, requirement.operation, one, place, optional)
        yield Edge(name, _name(needed), optional=optional, place=place), needed
    for index, step in enumerate(one.steps):
        place = operations.place(one, "steps", index)
        needed = _named(operations, step.operation, one, place)
        run = " ".join(step.run.split())
        yield Edge(name, _name(needed), run, step.name, place=place), needed


def _named(
    operations: Operations,
    name: str,
    asking: Operation,
    place: Place,
    optional: bool = False,
) -> Node | Operation:
    if _REFERENCE not in name:
        look = operations.find if optional else operations.operation
        if found := look(name, model=asking.model, place=place):
            return found
    return Node(name, known=False)


def _name(needed: Node | Operation) -> str:
    return needed.name if isinstance(needed, Node) else needed.full_name


def _ordered(names: Iterable[str], edges: list[Edge]) -> list[str]:
    """Sort names so that each stands behind what it needs."""
    try:
        return _sorted(names, edges)
    except CycleError:
        pass
    needed = [edge for edge in edges if not edge.optional]
    try:
        return _sorted(names, needed)
    except CycleError as error:
        circle: list[str] = error.args[1][::-1]
        places = {(edge.name, edge.needs): edge.place for edge in needed}
        raise ProjectError(
            f"the operation {circle[0]!r} needs itself: {' -> '.join(circle)}",
            place=places[circle[0], circle[1]],
            hint="take one of these out of requires or steps, or make a requirement "
            "optional",
        ) from None


def _sorted(names: Iterable[str], edges: list[Edge]) -> list[str]:
    sorter = TopologicalSorter[str](dict.fromkeys(names, ()))
    for edge in edges:
        sorter.add(edge.name, edge.needs)
    return list(sorter.static_order())
