"""Numbers that a run gives, often many of each: which are kept, and their sums."""

from sweepflow.engine.scalars.recorder import MOST_NAMES, MOST_POINTS, Recorder
from sweepflow.engine.scalars.summary import (
    QUALIFIERS,
    WITH_STEP,
    Scalar,
    Summary,
    summarized,
)

__all__ = [
    "MOST_NAMES",
    "MOST_POINTS",
    "QUALIFIERS",
    "WITH_STEP",
    "Recorder",
    "Scalar",
    "Summary",
    "summarized",
]
