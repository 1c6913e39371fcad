"""Which files are the source of an operation, and are kept with each of its runs."""

from sweepflow.operations.source.files import Source, source_files
from sweepflow.operations.source.rules import Rule, Sourcecode

__all__ = ["Rule", "Source", "Sourcecode", "source_files"]
