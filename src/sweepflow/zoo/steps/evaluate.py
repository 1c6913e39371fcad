"""Steps that evaluate a model on a task."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast

from sweepflow.atom import ModelAtom, TaskAtom
from sweepflow.evals import Target, get_backend
from sweepflow.workflow import log_metric, step
from sweepflow.zoo.steps.configs import EvaluateModelConfig


class Evaluated(NamedTuple):
    """What `evaluate_model` makes."""

    eval_results: Annotated[Path, "eval"]


class EvaluatedBase(NamedTuple):
    """What `evaluate_base` makes."""

    base_eval_results: Annotated[Path, "eval"]


@step
def evaluate_base(
    config: EvaluateModelConfig,
    base_model: ModelAtom,
    task: TaskAtom,
    temp_workspace: Path,
) -> EvaluatedBase:
    """Evaluate what training starts from."""
    return EvaluatedBase(_evaluate(config, base_model, task, temp_workspace))


@step(name="evaluate_model")
def evaluate_trained(
    config: EvaluateModelConfig,
    trained_model: ModelAtom,
    task: TaskAtom,
    temp_workspace: Path,
) -> Evaluated:
    """Evaluate what training has made."""
    return Evaluated(_evaluate(config, trained_model, task, temp_workspace))


@step
def evaluate_model(
    config: EvaluateModelConfig, model: ModelAtom, task: TaskAtom, temp_workspace: Path
) -> Evaluated:
    """Evaluate a model that is named."""
    return Evaluated(_evaluate(config, model, task, temp_workspace))


def _evaluate(
    config: EvaluateModelConfig, model: ModelAtom, task: TaskAtom, workspace: Path
) -> Path:
    said = cast("dict[str, Any]", task.load())
    evaluation = get_backend(config.backend_name).evaluate(
        _target(model),
        said["task"],
        workspace / "eval",
        task_args=said["task_args"],
        limit=config.limit,
        eval_kwargs=config.eval_kwargs or {},
    )
    for name, value in evaluation.metrics.items():
        log_metric(name, value)
        print(f"{name}: {value:.4g}")  # noqa: T201 - the output of the step
    return evaluation.folder


def _target(model: ModelAtom) -> Target:
    if model.path.is_dir():
        return Target(str(model.metadata["backend"]), model.id, model.path)
    said = cast("dict[str, str]", model.load())
    target = Target(said["backend"], said["model_id"])
    if target.backend == "local":
        from sweepflow.training.local.models import base_model

        return replace(target, path=base_model(target.model_id))
    return target
