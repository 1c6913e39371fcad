"""Numbers that a run gives, often many of each: found, kept, and summed up."""

from sweepflow.engine.scalars.patterns import DEFAULT, Patterns, compiled
from sweepflow.engine.scalars.reader import Reader
from sweepflow.engine.scalars.recorder import MOST_NAMES, MOST_POINTS, Recorder
from sweepflow.engine.scalars.summary import QUALIFIERS, WITH_STEP, Scalar

__all__ = [
    "DEFAULT",
    "MOST_NAMES",
    "MOST_POINTS",
    "QUALIFIERS",
    "WITH_STEP",
    "Patterns",
    "Reader",
    "Recorder",
    "Scalar",
    "compiled",
]
