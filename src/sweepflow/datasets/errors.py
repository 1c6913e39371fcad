"""What can go wrong with a dataset."""

from __future__ import annotations

from sweepflow.errors import SweepflowError


class DatasetError(SweepflowError):
    """Something is no chat dataset, or cannot be read, written or taken from one."""
