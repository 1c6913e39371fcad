"""Which files are the source of an operation, and are kept with each of its runs."""

from sweepflow.operations.source.files import Source, source_files
from sweepflow.operations.source.rules import Rule, Sourcecode
from sweepflow.operations.source.snapshot import Snapshot, snapshot_of

__all__ = [
    "Rule",
    "Snapshot",
    "Source",
    "Sourcecode",
    "snapshot_of",
    "source_files",
]
