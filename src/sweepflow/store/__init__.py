"""What outlives a process: the home folder and the ledger of runs."""

from sweepflow.store.home import Home

__all__ = ["Home"]
