"""What can go wrong with an evaluation.

SweepflowError
└── EvaluationError             what was asked for cannot be evaluated
    └── EvaluationFailedError   an evaluation was begun, and gave no score
"""

from __future__ import annotations

from sweepflow.errors import SweepflowError


class EvaluationError(SweepflowError):
    """What was asked for cannot be evaluated."""


class EvaluationFailedError(EvaluationError):
    """An evaluation was begun, and gave no score; the message says why."""

    exit_status = 1
