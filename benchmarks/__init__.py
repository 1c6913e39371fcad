"""Sweepflow and HydraFlow side by side: `python -m benchmarks --help`."""
