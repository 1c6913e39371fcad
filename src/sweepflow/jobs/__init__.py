"""Job → plan: commands, calls and handlers with their parameter sets."""

from sweepflow.jobs.plan import find_job, plan_job

__all__ = ["find_job", "plan_job"]
