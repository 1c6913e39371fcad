"""Text to parameter sets: the sweep expressions of `each` and `all`."""

from sweepflow.sweep.errors import SweepSyntaxError
from sweepflow.sweep.expression import DEFAULT_LIMIT, Sweep, collect, count, expand

__all__ = [
    "DEFAULT_LIMIT",
    "Sweep",
    "SweepSyntaxError",
    "collect",
    "count",
    "expand",
]
