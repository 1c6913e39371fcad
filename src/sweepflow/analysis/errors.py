"""What may go wrong when results are looked at.

SweepflowError
└── AnalysisError             a value or an argument is not what it must be
    ├── MissingKeyError       a run has no such value (also an AttributeError)
    ├── NotOneError           not the one item that was asked for (also a ValueError)
    └── DamagedRunError       a run's folder cannot be read
UserWarning
└── DamagedRunWarning         likewise, of a run that was left out
"""

from __future__ import annotations

from sweepflow.errors import SweepflowError


class AnalysisError(SweepflowError, ValueError):
    """A value or an argument is not what it must be."""


class MissingKeyError(AnalysisError, AttributeError):
    """A run, or another item, has no value of that name."""

    def __init__(self, key: str, item: object) -> None:
        super().__init__(
            f"{item!r} has no value {key!r}",
            hint=f"give a default, or set one for all with runs.update({key!r}, …)",
        )


class NotOneError(AnalysisError):
    """No item matches, or more than one."""


class DamagedRunError(AnalysisError):
    """A run's folder is missing, half-written or damaged."""


class DamagedRunWarning(UserWarning):
    """A run was left out of a collection since its folder cannot be read."""
