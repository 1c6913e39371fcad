"""The scores of a model that there is.

prepare_model ─┐
prepare_task ──┴─► evaluate_model
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from sweepflow.workflow import Workflow
from sweepflow.zoo.steps import (
    EvaluateModelConfig,
    PrepareModelConfig,
    PrepareTaskConfig,
    evaluate_model,
    prepare_model,
    prepare_task,
)
from sweepflow.zoo.workflows.settled import settle_task

__all__ = [
    "EvaluateModelConfig",
    "EvaluateOnlyConfig",
    "PrepareModelConfig",
    "PrepareTaskConfig",
    "evaluate_only_workflow",
]


class EvaluateOnlyConfig(BaseModel):
    """The config of `evaluate_only`.

    Args:
        prepare_model: Which model.
        evaluate_model: On which task it is evaluated, and how.
        prepare_task: The task, where `evaluate_model` does not name it.
    """

    model_config = ConfigDict(extra="forbid")

    prepare_model: PrepareModelConfig
    evaluate_model: EvaluateModelConfig
    prepare_task: PrepareTaskConfig = PrepareTaskConfig()

    @model_validator(mode="after")
    def _settle(self) -> Self:
        self.prepare_task, (self.evaluate_model,) = settle_task(
            self.prepare_task, [self.evaluate_model]
        )
        return self


evaluate_only_workflow = Workflow.from_steps(
    "evaluate_only",
    [prepare_model, prepare_task, evaluate_model],
    config_class=EvaluateOnlyConfig,
)
