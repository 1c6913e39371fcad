"""What can go wrong with an evaluation."""

from __future__ import annotations

from sweepflow.errors import SweepflowError


class EvaluationError(SweepflowError):
    """An evaluation cannot be made as it was asked for, or gave no score."""
