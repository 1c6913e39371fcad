"""Workflows: typed steps, their configs, and how a run of them ended.

Workflow, Step, AtomConstructor     what a workflow is     workflow.py, steps.py
step                                steps of annotated functions   decorator.py
Resources, Retry, DependsOn         what a step needs      steps.py
Config, from_dict, from_yaml, to_yaml   configs            config.py
log_metric, state_folder            numbers of a step; a place for its work
run_workflow, arun_workflow         running it             run.py
run_sweep, run_search               … with many values     sweep.py, searching.py
WorkflowState, StepState, WorkflowError  how it ended      state.py
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweepflow.engine.policy import Resources, Retry
    from sweepflow.workflow.config import Config, from_dict, from_yaml, to_yaml
    from sweepflow.workflow.decorator import step
    from sweepflow.workflow.keeping import state_folder
    from sweepflow.workflow.metrics import log_metric
    from sweepflow.workflow.run import arun_workflow, run_workflow
    from sweepflow.workflow.searching import run_search
    from sweepflow.workflow.state import StepState, WorkflowError, WorkflowState
    from sweepflow.workflow.steps import AtomConstructor, DependsOn, Step
    from sweepflow.workflow.sweep import run_sweep
    from sweepflow.workflow.workflow import Workflow

__all__ = [
    "AtomConstructor",
    "Config",
    "DependsOn",
    "Resources",
    "Retry",
    "Step",
    "StepState",
    "Workflow",
    "WorkflowError",
    "WorkflowState",
    "arun_workflow",
    "from_dict",
    "from_yaml",
    "log_metric",
    "run_search",
    "run_sweep",
    "run_workflow",
    "state_folder",
    "step",
    "to_yaml",
]

_HOMES = {
    "sweepflow.engine.policy": ("Resources", "Retry"),
    "sweepflow.workflow.config": ("Config", "from_dict", "from_yaml", "to_yaml"),
    "sweepflow.workflow.decorator": ("step",),
    "sweepflow.workflow.keeping": ("state_folder",),
    "sweepflow.workflow.metrics": ("log_metric",),
    "sweepflow.workflow.run": ("arun_workflow", "run_workflow"),
    "sweepflow.workflow.searching": ("run_search",),
    "sweepflow.workflow.sweep": ("run_sweep",),
    "sweepflow.workflow.state": ("StepState", "WorkflowError", "WorkflowState"),
    "sweepflow.workflow.steps": ("AtomConstructor", "DependsOn", "Step"),
    "sweepflow.workflow.workflow": ("Workflow",),
}


if not TYPE_CHECKING:  # a checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        home = next((key for key, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
