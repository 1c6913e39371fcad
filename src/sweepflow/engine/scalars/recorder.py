"""What is recorded of the numbers of a run, in memory that does not grow with them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sweepflow.engine.scalars.summary import Summary
from sweepflow.store.records import ScalarRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.engine.scalars.summary import Scalar

MOST_POINTS: Final = 10_000
"""Values of a name that are recorded one by one."""

MOST_NAMES: Final = 1_000
"""Names that are recorded: what has more of them is no list of results."""


class Recorder:
    """Sums up numbers as they come."""

    def __init__(self) -> None:
        self._series: dict[str, _Series] = {}
        self._unknown: str | None = None

    @property
    def left_out(self) -> str | None:
        """The first name for which there was no room, or None."""
        return self._unknown

    def add(self, scalars: Iterable[Scalar]) -> None:
        for name, value, step in scalars:
            series = self._series.get(name)
            if series is not None:
                series.add(value, step or 0)
            elif len(self._series) < MOST_NAMES:
                self._series[name] = _Series.of(value, step or 0)
            elif self._unknown is None:
                self._unknown = name

    def records(self) -> tuple[ScalarRecord, ...]:
        """Give what is known by now, in the order in which the names came."""
        return tuple(series.record(name) for name, series in self._series.items())


class _Points:
    """Every n-th point and the last, where n doubles whenever they get too many."""

    def __init__(self) -> None:
        self._steps = array("d")
        self._values = array("d")
        self._every = 1
        self._count = 0
        self._last = (0, 0.0)

    def add(self, step: int, value: float) -> None:
        if self._count % self._every == 0:
            if len(self._steps) == MOST_POINTS - 1:  # one place is for the last
                self._thin()
            if self._count % self._every == 0:
                self._steps.append(step)
                self._values.append(value)
        self._count += 1
        self._last = (step, value)

    def all(self) -> tuple[tuple[int, float], ...]:
        points = [
            (int(step), value)
            for step, value in zip(self._steps, self._values, strict=True)
        ]
        if (self._count - 1) % self._every:  # else it is there already
            points.append(self._last)
        return tuple(points)

    def _thin(self) -> None:
        self._steps = self._steps[::2]
        self._values = self._values[::2]
        self._every *= 2


@dataclass(slots=True)
class _Series:
    """The values of one name: what they sum up to, and every n-th of them."""

    summary: Summary
    points: _Points = field(default_factory=_Points)

    @classmethod
    def of(cls, value: float, step: int) -> _Series:
        series = cls(Summary.of(value, step))
        series.points.add(step, value)
        return series

    def add(self, value: float, step: int) -> None:
        self.summary.add(value, step)
        self.points.add(step, value)

    def record(self, name: str) -> ScalarRecord:
        summary = self.summary
        return ScalarRecord(
            name,
            *(summary.first, summary.first_step, summary.last, summary.last_step),
            *(summary.min, summary.min_step, summary.max, summary.max_step),
            total=summary.total,
            count=summary.count,
            points=self.points.all(),
        )
