"""What an operation requires, found and put into the folder of its run."""

from sweepflow.operations.requirements.errors import RequirementError
from sweepflow.operations.requirements.place import Placed, link_name
from sweepflow.operations.requirements.resolve import (
    Places,
    Resolution,
    Upstream,
    resolve,
)
from sweepflow.operations.requirements.wanted import Wanted

__all__ = [
    "Placed",
    "Places",
    "RequirementError",
    "Resolution",
    "Upstream",
    "Wanted",
    "link_name",
    "resolve",
]
