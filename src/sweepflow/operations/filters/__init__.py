"""Filters of runs: `lr < 0.1 and status = completed`."""

from sweepflow.operations.filters.errors import FilterError
from sweepflow.operations.filters.parser import parse
from sweepflow.operations.filters.predicates import Filter, FilteredRun
from sweepflow.operations.filters.times import TimeRange, time_range

__all__ = ["Filter", "FilterError", "FilteredRun", "TimeRange", "parse", "time_range"]
