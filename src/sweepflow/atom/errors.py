"""What can go wrong with an atom."""

from __future__ import annotations

from sweepflow.errors import SweepflowError


class AtomError(SweepflowError):
    """An atom cannot be made of what was given, or its data not be read."""
