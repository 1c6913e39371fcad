"""One evaluation, in the process that is there for it."""

from __future__ import annotations

import importlib
import inspect
import math
from typing import TYPE_CHECKING, Any, Final

from sweepflow.evals.errors import EvaluationError, EvaluationFailedError
from sweepflow.evals.files import write_metrics, write_samples
from sweepflow.evals.inspect.models import Wish, find_provider
from sweepflow.evals.inspect.results import check_log, metrics_of, rows_of
from sweepflow.evals.inspect.tasks import find_task, make_task
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from inspect_ai import Task
    from inspect_ai.log import EvalLog

    from sweepflow.evals.inspect.models import InspectModel
    from sweepflow.evals.inspect.spec import Spec

LOGS: Final = "logs"
"""Where in the folder the log of Inspect is."""

_ELSEWHERE: Final = {
    "tasks": "the task is named beside `eval_kwargs`",
    "model": "the model is named beside `eval_kwargs`",
    "task_args": "write `task_args` beside `eval_kwargs`",
    "limit": "write `limit` beside `eval_kwargs`",
}
_PATHS: Final = {"model_path", "tokenizer_path"}
_OURS: Final[Mapping[str, Any]] = {
    "display": "plain",
    "log_format": "eval",
    "log_samples": True,
    "log_header_only": False,
    "log_realtime": False,
    "run_samples": True,
    "score": True,
    "ctl_server": False,
    "acp_server": False,
}


def evaluate(spec: Spec, folder: Path) -> None:
    """Evaluate, and write metrics and samples once all is known.

    Raises:
        EvaluationError: It cannot be made.
        EvaluationFailedError: It failed.
    """
    _check_kwargs(spec.eval_kwargs)
    task = make_task(find_task(spec.task), spec.task_args)
    provider = find_provider(spec.target.backend)
    if provider.registered_by:
        importlib.import_module(provider.registered_by)
    model = provider.model(spec.target, _wish(task, spec))
    log = _run(task, model, spec, folder)
    check_log(log)
    metrics = metrics_of(log.results.scores if log.results else [])
    write_samples(folder, rows_of(log))
    write_metrics(folder, _finite(metrics))


def _run(task: Task, model: InspectModel, spec: Spec, folder: Path) -> EvalLog:
    said = dict(spec.eval_kwargs)
    logs: Sequence[EvalLog] = _eval_function()(
        task,
        model=model.name,
        model_args={**model.args, **said.pop("model_args", {})},
        limit=spec.limit,
        log_dir=str(folder / LOGS),
        **{**_defaults(task, model), **said},
        **_OURS,
    )
    if not logs:
        raise EvaluationFailedError("Inspect gave no log")
    return logs[0]


def _defaults(task: Task, model: InspectModel) -> dict[str, Any]:
    """Give the model's wishes of which the task says nothing."""
    said = task.config.model_dump(exclude_none=True)
    return {name: said.get(name, value) for name, value in model.config.items()}


def _wish(task: Task, spec: Spec) -> Wish:
    samples = len(task.dataset)
    if spec.limit is not None:
        samples = min(samples, spec.limit)
    said = {**task.config.model_dump(exclude_none=True), **spec.eval_kwargs}
    epochs = said.get("epochs") or task.epochs or 1
    return Wish(said, samples * (epochs if isinstance(epochs, int) else 1))


def _check_kwargs(kwargs: Mapping[str, Any]) -> None:
    from inspect_ai.model import GenerateConfig

    parameters = set(inspect.signature(_eval_function()).parameters) - {"kwargs"}
    known = parameters | set(GenerateConfig.model_fields)
    for name in kwargs:
        if name in _ELSEWHERE or name in _OURS or name == "log_dir":
            raise EvaluationError(
                f"eval_kwargs may not say {name!r}",
                hint=_ELSEWHERE.get(name, "it is set so that the result can be read"),
            )
        if name not in known:
            raise EvaluationError(
                f"inspect_ai.eval takes no {name!r}",
                hint=did_you_mean(name, sorted(known), "eval_kwargs"),
            )
    if taken := _PATHS & set(kwargs.get("model_args", {})):
        raise EvaluationError(
            f"eval_kwargs.model_args may not say {min(taken)!r}",
            hint="the model that is evaluated says where its weights are",
        )


def _eval_function() -> Callable[..., Any]:
    """Give Inspect's function, which speaks of packages that are not installed."""
    return importlib.import_module("inspect_ai").eval


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    """Leave out what is no number, and say so.

    Raises:
        EvaluationFailedError: Nothing is left.
    """
    for name, value in metrics.items():
        if not math.isfinite(value):
            print(f"left out: {name}, which is {value}")  # noqa: T201 - our output
    finite = {name: one for name, one in metrics.items() if math.isfinite(one)}
    if not finite:
        raise EvaluationFailedError("none of the metrics is a number")
    return finite
