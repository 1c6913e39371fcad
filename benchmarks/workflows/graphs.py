"""The plans that every peer runs: what the steps are, and who takes from whom.

A step makes a small number from its index, its salt and the numbers that it takes. An
even change of the salt changes that number, a change from 0 to 1 does not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAME_VALUE = 1
OTHER_VALUE = 2

EXECUTED = "executed"
"""The file to which each step that is executed adds its index."""

WORK_FILE = "work.py"
WORK = f'''\
"""What the steps of all peers do."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent


def graph():
    return json.loads((FOLDER / "graph.json").read_text())


def made(index, salt, values):
    with open(FOLDER / "{EXECUTED}", "a") as log:
        log.write(f"{{index}}\\n")
    return index + sum(values) + salt // 2
'''

NOOP_FILE = "noop.py"
NOOP = f'''\
"""A step in a process of its own: its argument is the index."""

import sys

with open("{EXECUTED}", "a") as log:
    log.write(sys.argv[1] + "\\n")
with open("out/" + sys.argv[1], "w") as out:
    out.write(sys.argv[1])
'''
"""Imports nothing that Python has not loaded anyhow."""


@dataclass(frozen=True)
class Node:
    """A step.

    Args:
        index: Names it; its place in the graph.
        salt: Its parameter; see above.
        inputs: The steps that it takes from; all of them stand before it.
    """

    index: int
    salt: int = 0
    inputs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Graph:
    """A plan.

    Args:
        process: Whether each step is to run in a Python process of its own. Only
            independent steps do.
    """

    nodes: tuple[Node, ...]
    process: bool = False

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def edited(self, index: int, salt: int) -> Graph:
        """Give this graph with another salt of one step."""
        nodes = list(self.nodes)
        nodes[index] = replace(nodes[index], salt=salt)
        return replace(self, nodes=tuple(nodes))

    def fed_by(self, index: int) -> set[int]:
        """Give a step and all that take from it, be it through others."""
        found = {index}
        for node in self.nodes:
            if not found.isdisjoint(node.inputs):
                found.add(node.index)
        return found

    def write(self, folder: Path) -> None:
        """Write the graph and what its steps do, for the scripts that run there."""
        rows = [[n.index, n.salt, n.inputs] for n in self.nodes]
        (folder / "graph.json").write_text(json.dumps(rows), "utf-8")
        (folder / WORK_FILE).write_text(WORK, "utf-8")
        (folder / NOOP_FILE).write_text(NOOP, "utf-8")
        (folder / "out").mkdir(exist_ok=True)


def independent(size: int, *, process: bool = False) -> Graph:
    return Graph(tuple(map(Node, range(size))), process)


def chain(size: int) -> Graph:
    return Graph(tuple(Node(i, 0, (i - 1,) if i else ()) for i in range(size)))


def layers(depth: int, width: int) -> Graph:
    """Give a graph in which each step takes from two of the layer before."""

    def inputs(layer: int, column: int) -> tuple[int, ...]:
        if not layer:
            return ()
        before = (layer - 1) * width
        return before + column, before + (column + 1) % width

    return Graph(
        tuple(
            Node(layer * width + column, 0, inputs(layer, column))
            for layer in range(depth)
            for column in range(width)
        )
    )
