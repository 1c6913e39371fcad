"""The command line: one module per group; each parses, calls one function, prints."""

from sweepflow.cli.main import main

__all__ = ["main"]
