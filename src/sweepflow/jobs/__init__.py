"""Job → plan: commands, calls and handlers with their parameter sets.

A job of an operation or a workflow gives its combinations; the plan is theirs to make.
"""

from sweepflow.jobs.combinations import Combination, read_combinations
from sweepflow.jobs.plan import find_job, plan_job

__all__ = ["Combination", "find_job", "plan_job", "read_combinations"]
