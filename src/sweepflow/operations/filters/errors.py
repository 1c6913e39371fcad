"""A filter that has no meaning, and where in it that is."""

from __future__ import annotations

from sweepflow.errors import SweepflowError


class FilterError(SweepflowError):
    """A filter of runs, or a time in it, cannot be read.

    Args:
        message: What is wrong.
        text: The whole filter.
        column: Where in it, counted in characters from 0.
        hint: What to write instead.
    """

    def __init__(self, message: str, text: str, column: int, hint: str) -> None:
        line = "".join(char if char.isprintable() else " " for char in text)
        super().__init__(
            f"filter, column {column + 1}: {message}\n  {line}\n  {' ' * column}^",
            hint=hint,
        )
        self.column = column
