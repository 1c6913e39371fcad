"""What a user may see go wrong.

    SweepflowError            anything below; carries a message, a place and a hint
    ├── ProjectError          a project file is missing, unreadable or not valid
    ├── PlanError             what was asked for cannot be turned into a plan
    ├── StoreError            the ledger, an object or a run's folder cannot be used
    ├── RunNotFoundError      no recorded run, or more than one, has the given id
    ├── AtomNotFoundError     no recorded atom, or more than one, has the given id
    └── MissingExtraError     a package that only some uses need is not installed

`sweepflow.sweep.SweepSyntaxError` stands apart: that package needs nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where in a file something stands; `line` and `column` count from 1."""

    file: Path
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        numbers = (str(n) for n in (self.line, self.column) if n is not None)
        return ":".join((str(self.file), *numbers))


class SweepflowError(Exception):
    """Something that the user can mend.

    Args:
        message: What is wrong, with the offending value in it.
        place: Where it stands, if it stands in a file.
        hint: What to write or do instead.
    """

    exit_status = 2
    """Of a command that ends with it: 2 is bad input."""

    def __init__(
        self, message: str, *, place: Place | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        hint = f"\nhint: {self.hint}" if self.hint else ""
        return f"{where}{self.message}{hint}"


class ProjectError(SweepflowError):
    """A project file is missing, unreadable or says something it may not."""


class PlanError(SweepflowError):
    """What was asked for cannot be turned into a plan."""


class StoreError(SweepflowError):
    """The ledger, an object or a run's folder cannot be read or written."""

    exit_status = 1


class RunNotFoundError(SweepflowError):
    """No recorded run, or more than one, has the given id."""


class AtomNotFoundError(SweepflowError):
    """No recorded atom, or more than one, has the given id."""


class MissingExtraError(SweepflowError):
    """A package of an extra, which only some uses need, is not installed."""
