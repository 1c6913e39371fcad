"""The graph of steps as SVG: layers from left to right, coloured by status."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEIGHT: Final = 46
_GAP_X: Final = 64
_GAP_Y: Final = 22
_MARGIN: Final = 10
_LANE: Final = 14
_LETTER: Final = 7.4
"""The width of a letter of 13 pixels, at most, as a rule."""

_LONGEST: Final = 34
"""Letters of a name that are shown."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step.

    Args:
        name: Unique in the graph.
        note: What is said below it.
        status: How its runs ended; colours it.
    """

    name: str
    note: str
    status: str

    @property
    def width(self) -> float:
        return max(len(_cut(self.name)) * _LETTER, len(self.note) * 6.2, 60) + 28


def draw(nodes: Sequence[Node], edges: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """Draw a graph.

    Args:
        nodes: In any order.
        edges: What goes from one to another, by the names of both; no cycle.
    """
    columns = _ordered(_layers(nodes, edges), edges)
    places: dict[str, tuple[float, float, Node]] = {}
    tallest = max(map(len, columns), default=0)
    height = 2 * _MARGIN + tallest * (_HEIGHT + _GAP_Y) - _GAP_Y
    left: float = _MARGIN
    layer = {node.name: n for n, column in enumerate(columns) for node in column}
    for column in columns:
        used = len(column) * (_HEIGHT + _GAP_Y) - _GAP_Y
        for row, node in enumerate(column):
            top = (height - used) / 2 + row * (_HEIGHT + _GAP_Y)
            places[node.name] = left, top, node
        left += max(node.width for node in column) + _GAP_X
    width = left - _GAP_X + _MARGIN
    parts: list[str] = []
    for (a, b), names in edges.items():
        lane = None
        if layer[b] - layer[a] != 1:  # below all boxes, so that it crosses none
            lane = height
            height += _LANE
        parts.append(_arrow(places[a], places[b], names, lane))
    parts += [_box(*place) for place in places.values()]
    return (
        f'<svg class="graph" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" '
        'aria-label="The graph of the steps">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
        f"{''.join(parts)}</svg>"
    )


def _layers(
    nodes: Sequence[Node], edges: Mapping[tuple[str, str], Sequence[str]]
) -> list[list[Node]]:
    """Put each node behind all that it comes from."""
    before: dict[str, list[str]] = {node.name: [] for node in nodes}
    for source, target in edges:
        before[target].append(source)
    layers: list[list[Node]] = []
    placed: set[str] = set()
    rest = list(nodes)
    while rest:
        ready = [node for node in rest if placed.issuperset(before[node.name])]
        ready = ready or rest  # a cycle, which runs of many versions may make together
        layers.append(ready)
        placed |= {node.name for node in ready}
        rest = [node for node in rest if node.name not in placed]
    return layers


def _ordered(
    layers: list[list[Node]], edges: Mapping[tuple[str, str], Sequence[str]]
) -> list[list[Node]]:
    """Sort each layer by where what its nodes come from stands, for few crossings."""
    rows: dict[str, float] = {}
    for layer in layers:
        for row, node in enumerate(layer):
            above = [rows[a] for a, b in edges if b == node.name and a in rows]
            rows[node.name] = sum(above) / len(above) if above else row
        layer.sort(key=lambda node: rows[node.name])
        rows |= {node.name: row - len(layer) / 2 for row, node in enumerate(layer)}
    return layers


def _box(left: float, top: float, node: Node) -> str:
    middle = left + node.width / 2
    return (
        f'<g class="node {escape(node.status)}"><title>{escape(node.name)}: '
        f"{escape(node.note)}</title>"
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{node.width:.1f}" '
        f'height="{_HEIGHT}" rx="8"/>'
        f'<text x="{middle:.1f}" y="{top + 19:.1f}">{escape(_cut(node.name))}</text>'
        f'<text class="note" x="{middle:.1f}" y="{top + 36:.1f}">'
        f"{escape(node.note)}</text></g>"
    )


def _arrow(
    source: tuple[float, float, Node],
    target: tuple[float, float, Node],
    names: Sequence[str],
    lane: float | None,
) -> str:
    x1, y1 = source[0] + source[2].width, source[1] + _HEIGHT / 2
    x2, y2 = target[0] - 1, target[1] + _HEIGHT / 2
    if lane is None:
        path = _curve(x1, y1, x2, y2)
    else:
        y1, y2 = y1 + 10, y2 + 10
        down, up = x1 + _GAP_X / 2, x2 - _GAP_X / 2
        path = f"{_curve(x1, y1, down, lane)}H{up:.1f}{_curve(up, lane, x2, y2)}"
    return (
        f'<path class="edge" marker-end="url(#tip)" d="M{x1:.1f} {y1:.1f}{path}">'
        f"<title>{escape(', '.join(names))}</title></path>"
    )


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """Go on from one point to another; both ends are level."""
    bend = (x2 - x1) / 2
    return f"C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
