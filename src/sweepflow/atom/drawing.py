"""How a lineage looks: as a tree of text, and in Mermaid's language."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sweepflow.atom.lineage import Lineage

DEEPEST = 30
"""Levels of a tree; what is deeper is drawn below it as a tree of its own.

Text would grow with the square of the depth, and nobody could read it.
"""

_SHORT = 8
"""Characters of a run's id."""

_FEW = 3
"""How many runs to list that made the same atom again."""


def draw_tree(lineage: Lineage) -> str:
    """Draw a lineage from its root on; what is met twice has its branches once."""
    return "\n".join(_Tree(lineage).lines()) + "\n"


def draw_mermaid(lineage: Lineage) -> str:
    """Draw a lineage as a flow chart, in the direction of the work."""
    names = {node: f"n{i}" for i, node in enumerate([*lineage.atoms, *lineage.runs])}
    return "\n".join(
        [
            "flowchart TD",
            *(f'  {names[atom]}(["{_escaped(atom)}"])' for atom in lineage.atoms),
            *(
                f'  {names[run]}["{_escaped(_run(lineage, run))}"]'
                for run in lineage.runs
            ),
            *(
                f"  {names[edge.source]} -->"
                + (f'|"{_escaped(edge.name)}"| ' if edge.name else " ")
                + names[edge.target]
                for edge in lineage.edges
            ),
            "",
        ]
    )


class _Tree:
    def __init__(self, lineage: Lineage) -> None:
        self._lineage = lineage
        self._branches = _branches(lineage)
        self._placed: dict[str, Literal["see above", "goes on below"]] = {}
        self._ahead = deque([lineage.root])

    def lines(self) -> Iterator[str]:
        yield from self._lines_from(self._ahead.popleft())
        while self._ahead:
            yield ""
            yield from self._lines_from(self._ahead.popleft())

    def _lines_from(self, root: str) -> Iterator[str]:
        self._placed.pop(root, None)
        stack = [("", "", "", root, 0)]
        while stack:
            front, below, name, node, depth = stack.pop()
            note, branches = self._place(node, depth)
            yield f"{front}{name}{self._label(node)}{note}"
            last = len(branches) - 1
            stack += (
                (
                    below + ("└─ " if i == last else "├─ "),
                    below + ("   " if i == last else "│  "),
                    f"{name}: " if name and branch in self._lineage.atoms else "",
                    branch,
                    depth + 1,
                )
                for i, (name, branch) in reversed(list(enumerate(branches)))
            )

    def _place(self, node: str, depth: int) -> tuple[str, Sequence[tuple[str, str]]]:
        """Give what to say of a node's branches, and those to draw here."""
        branches = self._branches.get(node, ())
        if not branches:
            return "", ()
        if node not in self._placed:
            if depth < DEEPEST:
                self._placed[node] = "see above"
                return "", branches
            self._placed[node] = "goes on below"
            self._ahead.append(node)
        return f" ({self._placed[node]})", ()

    def _label(self, node: str) -> str:
        if node in self._lineage.runs:
            done = "read" if self._lineage.down else "made"
            return f"{done} by {_run(self._lineage, node)}"
        again = self._lineage.also_made_by.get(node, ())
        if not again:
            return node
        listed = ", ".join(run[:_SHORT] for run in again[:_FEW])
        more = f" and {len(again) - _FEW} more" if len(again) > _FEW else ""
        return f"{node} (made again by run {listed}{more})"


def _branches(lineage: Lineage) -> Mapping[str, Sequence[tuple[str, str]]]:
    branches: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for edge in lineage.edges:
        ends = edge.source, edge.target
        here, there = ends if lineage.down else reversed(ends)
        branches[here].append((edge.name, there))
    return branches


def _run(lineage: Lineage, run_id: str) -> str:
    run = lineage.runs[run_id]
    status = "" if run.status == "completed" else f", {run.status}"
    return f"{run.task}, run {run.id[:_SHORT]}{status}"


def _escaped(text: str) -> str:
    """Write what Mermaid would take for its own by the character's number."""
    return re.sub(r"[^\w .,:/+-]", lambda found: f"#{ord(found[0])};", text)
