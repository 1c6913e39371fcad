"""What can go wrong before and while a workflow runs.

SweepflowError
├── WorkflowDefinitionError   a workflow or step that can never run as it is written
├── ConfigError               a config with unknown, missing or wrong values
├── StepResultError           a step gave back something other than what it declares
└── UnknownStepError          no step of that name; a KeyError too

`sweepflow.workflow.WorkflowError`, a run with a failed step, carries the state and
stands with it in `state.py`.
"""

from __future__ import annotations

from sweepflow.errors import SweepflowError


class WorkflowDefinitionError(SweepflowError):
    """A workflow or step can never run as it is written."""


class ConfigError(SweepflowError):
    """A config has unknown, missing or wrong values."""


class StepResultError(SweepflowError):
    """A step gave back something other than what it declares."""

    exit_status = 1


class UnknownStepError(SweepflowError, KeyError):
    """No step has the given name."""
