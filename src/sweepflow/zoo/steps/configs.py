"""The configs of the zoo's steps."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from sweepflow.evals import get_backend as evaluation_backend
from sweepflow.training import get_backend as training_backend
from sweepflow.zoo.references import reference


def _trains(name: str) -> str:
    training_backend(name)
    return name


def _evaluates(name: str) -> str:
    evaluation_backend(name)
    return name


Reference = Annotated[str, AfterValidator(reference)]
TrainingName = Annotated[str, AfterValidator(_trains)]
EvaluationName = Annotated[str, AfterValidator(_evaluates)]
Arguments = dict[str, JsonValue]


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PrepareDatasetConfig(_Config):
    """Which dataset.

    Args:
        dataset_loader: The function that gives it, as `package.module:function`.
        loader_kwargs: What that is called with.
    """

    dataset_loader: Reference
    loader_kwargs: Arguments | None = None


class PrepareTaskConfig(_Config):
    """Which task models are evaluated on.

    Args:
        task_loader: The function that gives it, as `package.module:function`.
        loader_kwargs: What that is called with.
    """

    task_loader: Reference | None = None
    loader_kwargs: Arguments | None = None


class PrepareModelConfig(_Config):
    """Which model.

    Args:
        model: A base model, or what a service calls one.
        backend_name: Where it can be reached: `local`, `openai`, `tinker`,
            `openweights`; or `inspect`, for a model by Inspect's own name.
    """

    model: str = Field(min_length=1)
    backend_name: str = "local"


class SubmitTrainingConfig(_Config):
    """Which training.

    Args:
        model: What it starts from.
        hyperparameters: By name; those that are not given are the backend's own.
        suffix: A few words for the name of the model.
        backend_name: Who trains: `local`, `tinker`, `openai`, `openweights`, `dummy`.
    """

    model: str = Field(min_length=1)
    hyperparameters: Arguments | None = None
    suffix: str | None = Field(default=None, min_length=1)
    backend_name: TrainingName = "local"


class WaitForTrainingConfig(_Config):
    """Nothing is to be said of it."""


class EvaluateModelConfig(_Config):
    """Which evaluation.

    Args:
        eval_task: The task, as `package.module:function`; by default that of
            `prepare_task`.
        task_args: What that function is called with; likewise.
        backend_name: Who evaluates: `inspect` or `dummy`.
        limit: How many samples, the first ones; all by default.
        eval_kwargs: What else the backend's own function takes.
    """

    eval_task: Reference | None = None
    task_args: Arguments | None = None
    backend_name: EvaluationName = "inspect"
    limit: int | None = Field(default=None, ge=1)
    eval_kwargs: Arguments | None = None
