"""Numbers that a command prints: which they are."""

from sweepflow.operations.scalars.patterns import DEFAULT, Patterns, compiled
from sweepflow.operations.scalars.reader import Reader, read

__all__ = [
    "DEFAULT",
    "Patterns",
    "Reader",
    "compiled",
    "read",
]
