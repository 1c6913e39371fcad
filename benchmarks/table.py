"""Tables in Markdown, with aligned columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class Table:
    """A table with a title and notes.

    Args:
        head: The first column is of text, the others are of figures.
        notes: What else is to be known to read it.
    """

    title: str
    head: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list["Sequence[str]"])
    notes: list[str] = field(default_factory=list[str])

    def add(self, *cells: str) -> None:
        self.rows.append(cells)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def text(self) -> str:
        lines = [self.head, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rule = ["-" * widths[0], *("-" * (w - 1) + ":" for w in widths[1:])]
        body = [_aligned(line, widths) for line in (self.head, rule, *self.rows)]
        notes = [f"- {note}" for note in self.notes]
        return "\n".join(
            [f"### {self.title}", "", *body, *([""] if notes else []), *notes]
        )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    parts = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(parts)} |"
