"""Numbers that a command prints: which they are, and what a run's sum up to."""

from sweepflow.operations.scalars.patterns import DEFAULT, Patterns, compiled
from sweepflow.operations.scalars.reader import Reader, Scalar, read
from sweepflow.operations.scalars.recorder import Recorder
from sweepflow.operations.scalars.summary import Summary, summarized

__all__ = [
    "DEFAULT",
    "Patterns",
    "Reader",
    "Recorder",
    "Scalar",
    "Summary",
    "compiled",
    "read",
    "summarized",
]
