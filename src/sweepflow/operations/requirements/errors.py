"""Why a run cannot have what its operation requires."""

from sweepflow.errors import SweepflowError


class RequirementError(SweepflowError):
    """What an operation requires is missing, or cannot be put where it should be."""

    exit_status = 1
