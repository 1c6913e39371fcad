"""Run machine-learning experiments: sweeps, jobs and workflows on one engine."""

__version__ = "0.1.0"
