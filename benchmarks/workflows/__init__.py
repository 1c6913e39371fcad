"""Sweepflow and other workflow engines: `python -m benchmarks.workflows --help`."""
