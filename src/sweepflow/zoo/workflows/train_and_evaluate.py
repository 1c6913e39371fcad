"""A dataset to a model, which is evaluated before the training and after it.

prepare_dataset ─► submit_training ─► wait_for_training ─► evaluate_model
                         └──► evaluate_base                    ▲
prepare_task ──────────────────────┴───────────────────────────┘
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from sweepflow.workflow import Workflow
from sweepflow.zoo.steps import (
    EvaluateModelConfig,
    PrepareDatasetConfig,
    PrepareTaskConfig,
    SubmitTrainingConfig,
    WaitForTrainingConfig,
    evaluate_base,
    evaluate_trained,
    prepare_dataset,
    prepare_task,
    submit_training,
    wait_for_training,
)
from sweepflow.zoo.workflows.settled import settle_task

__all__ = [
    "EvaluateModelConfig",
    "PrepareDatasetConfig",
    "PrepareTaskConfig",
    "SubmitTrainingConfig",
    "TrainAndEvaluateConfig",
    "WaitForTrainingConfig",
    "train_and_evaluate_workflow",
]


class TrainAndEvaluateConfig(BaseModel):
    """The config of `train_and_evaluate`.

    Args:
        prepare_dataset: What it is trained on.
        submit_training: What is trained, by whom and how.
        evaluate_model: On which task the model is evaluated, and how.
        wait_for_training: Nothing is to be said of it.
        prepare_task: The task, where `evaluate_model` does not name it.
        evaluate_base: How the model is evaluated before; what it does not say is as
            for `evaluate_model`.
    """

    model_config = ConfigDict(extra="forbid")

    prepare_dataset: PrepareDatasetConfig
    submit_training: SubmitTrainingConfig
    evaluate_model: EvaluateModelConfig
    wait_for_training: WaitForTrainingConfig = WaitForTrainingConfig()
    prepare_task: PrepareTaskConfig = PrepareTaskConfig()
    evaluate_base: EvaluateModelConfig = EvaluateModelConfig()

    @model_validator(mode="after")
    def _settle(self) -> Self:
        said = {
            name: getattr(self.evaluate_base, name)
            for name in self.evaluate_base.model_fields_set
        }
        base = self.evaluate_model.model_copy(update=said)
        task, (after, before) = settle_task(
            self.prepare_task, [self.evaluate_model, base]
        )
        self.prepare_task, self.evaluate_model, self.evaluate_base = task, after, before
        return self


train_and_evaluate_workflow = Workflow.from_steps(
    "train_and_evaluate",
    [
        prepare_dataset,
        prepare_task,
        submit_training,
        evaluate_base,
        wait_for_training,
        evaluate_trained,
    ],
    config_class=TrainAndEvaluateConfig,
)
