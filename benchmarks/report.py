"""Results, and the table that is printed of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from benchmarks.measure import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Sample

Unit: TypeAlias = Literal["s", "B"]

_HEAD = ("", "sweepflow", "hydraflow", "ratio")
_NAMES: dict[str, tuple[str, Unit]] = {
    "wall": ("wall", "s"),
    "cpu": ("CPU", "s"),
    "memory": ("peak memory", "B"),
}


@dataclass(frozen=True)
class Row:
    """One figure of both sides; a side that failed has a `Failure` instead."""

    label: str
    ours: float | Failure
    theirs: float | Failure
    unit: Unit

    @property
    def ratio(self) -> str:
        """Ours over theirs; none where noise made a difference fall below zero."""
        if isinstance(self.ours, Failure) or isinstance(self.theirs, Failure):
            return "-"
        if self.ours < 0 or self.theirs <= 0:
            return "-"
        return f"{self.ours / self.theirs:.3f}"

    def cells(self) -> tuple[str, str, str, str]:
        ours, theirs = _text(self.ours, self.unit), _text(self.theirs, self.unit)
        return self.label, ours, theirs, self.ratio


@dataclass
class Result:
    """What one benchmark found.

    Args:
        title: What was measured.
        rows: The figures, ours and theirs.
        notes: What else is to be known to read them.
    """

    title: str
    rows: list[Row] = field(default_factory=list[Row])
    notes: list[str] = field(default_factory=list[str])

    def compare(
        self,
        label: str,
        ours: Sample | Failure,
        theirs: Sample | Failure,
        *,
        per: int = 1,
    ) -> None:
        """Add a row for each number of the samples, divided by `per`."""
        known = [s for s in (ours, theirs) if not isinstance(s, Failure)]
        for name in known[0] if known else ("wall",):
            text, unit = _NAMES[name]
            sides = [
                side if isinstance(side, Failure) else side[name] / per
                for side in (ours, theirs)
            ]
            self.rows.append(Row(f"{label}: {text}", sides[0], sides[1], unit))
        for side, sample in (("sweepflow", ours), ("hydraflow", theirs)):
            if isinstance(sample, Failure):
                self.note(f"{side} failed: {sample.reason}")

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    @property
    def we_failed(self) -> bool:
        return any(isinstance(row.ours, Failure) for row in self.rows)

    def table(self) -> str:
        """Give the title, the aligned rows and the notes as text."""
        lines = [_HEAD, *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = [self.title]
        text += [f"  {_aligned(line, widths)}".rstrip() for line in lines]
        text += [f"  * {note}" for note in self.notes]
        return "\n".join(text)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    parts = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return "  ".join(parts)


def _text(value: float | Failure, unit: Unit) -> str:
    if isinstance(value, Failure):
        return "failed"
    return seconds(value) if unit == "s" else size(value)


def seconds(value: float) -> str:
    """Give a time with three digits that count or so."""
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * 1e3:.1f} ms" if value < 0.1 else f"{value * 1e3:.0f} ms"


def size(value: float) -> str:
    return f"{value / 1e6:.1f} MB"
