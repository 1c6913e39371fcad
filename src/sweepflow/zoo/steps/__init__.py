"""The steps that the zoo's workflows are made of, each with its config.

prepare.py      prepare_dataset, prepare_task, prepare_model
train.py        submit_training, wait_for_training
evaluate.py     evaluate_model, of a model that is named; evaluate_base and
                evaluate_trained, of what training starts from and makes
configs.py      their configs
"""

from sweepflow.zoo.steps.configs import (
    EvaluateModelConfig,
    PrepareDatasetConfig,
    PrepareModelConfig,
    PrepareTaskConfig,
    SubmitTrainingConfig,
    WaitForTrainingConfig,
)
from sweepflow.zoo.steps.evaluate import (
    evaluate_base,
    evaluate_model,
    evaluate_trained,
)
from sweepflow.zoo.steps.prepare import prepare_dataset, prepare_model, prepare_task
from sweepflow.zoo.steps.train import submit_training, wait_for_training

__all__ = [
    "EvaluateModelConfig",
    "PrepareDatasetConfig",
    "PrepareModelConfig",
    "PrepareTaskConfig",
    "SubmitTrainingConfig",
    "WaitForTrainingConfig",
    "evaluate_base",
    "evaluate_model",
    "evaluate_trained",
    "prepare_dataset",
    "prepare_model",
    "prepare_task",
    "submit_training",
    "wait_for_training",
]
