"""What can go wrong in training.

SweepflowError
└── TrainingError             what was asked for cannot be trained
    └── TrainingFailedError   a training was begun, and failed or was cancelled
"""

from __future__ import annotations

from sweepflow.errors import SweepflowError


class TrainingError(SweepflowError):
    """What was asked for cannot be trained."""


class TrainingFailedError(TrainingError):
    """A training was begun, and failed or was cancelled; the message says why."""

    exit_status = 1
