"""Where workers run. One contract, one module for each kind of place."""

from sweepflow.engine.executors.base import Executor
from sweepflow.engine.executors.in_process import InProcessExecutor
from sweepflow.engine.executors.local import LocalExecutor

__all__ = ["Executor", "InProcessExecutor", "LocalExecutor"]
