"""A number that a run gives, and what its values sum up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

QUALIFIERS: Final = ("first", "last", "min", "max", "avg", "total", "count")
WITH_STEP: Final = QUALIFIERS[:4]
"""Those that are the value of one step."""


class Scalar(NamedTuple):
    """A number, and the step that it belongs to, if it is known."""

    name: str
    value: float
    step: int | None


@dataclass(slots=True)
class Summary:
    """The first value by step, the last, the least, the greatest; each with its step.

    A value that was printed before any step has step 0.
    """

    first: float
    first_step: int
    last: float
    last_step: int
    min: float
    min_step: int
    max: float
    max_step: int
    total: float
    count: int

    @classmethod
    def of(cls, value: float, step: int) -> Summary:
        return cls(
            *(value, step, value, step, value, step, value, step), total=value, count=1
        )

    def add(self, value: float, step: int) -> None:
        if step < self.first_step:
            self.first, self.first_step = value, step
        if step >= self.last_step:
            self.last, self.last_step = value, step
        # What is not a number is neither less nor greater, and gives way.
        if value < self.min or self.min != self.min:
            self.min, self.min_step = value, step
        if value > self.max or self.max != self.max:
            self.max, self.max_step = value, step
        self.total += value
        self.count += 1
