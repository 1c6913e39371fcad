"""What evaluates a model on a task: the contract, and the backends by name."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from sweepflow.evals.errors import EvaluationError
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Target:
    """The model that is evaluated.

    Args:
        backend: What it was trained by or is served by: `local`, `openai`, `tinker`,
            `openweights`, `dummy`; or `inspect`, for a name of Inspect's own.
        model_id: The service's name for it; of a local one, what it was trained under.
        path: Of a local one: the folder with weights, config and tokenizer.
    """

    backend: str
    model_id: str
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of an evaluation.

    Args:
        metrics: Numbers by name; a standard error is named after its metric.
        folder: Where `metrics.json`, `samples.jsonl` and any log stand.
    """

    metrics: Mapping[str, float]
    folder: Path


class EvaluationBackend(Protocol):
    """Evaluates models.

    A score is given only where every sample that was asked for has been scored; in all
    other cases an error is raised. Equal evaluations write equal `metrics.json` and
    `samples.jsonl`, byte for byte, as far as the model answers alike; other files
    may differ.
    """

    name: str

    def check(self, task: str, target_backend: str) -> None:
        """See before anything is spent whether an evaluation could start.

        Args:
            task: As for `evaluate`.
            target_backend: That of a target which may not exist yet.

        Raises:
            SweepflowError: A package, a key or the task is missing.
        """
        ...

    def evaluate(  # noqa: PLR0913 - all that decides the result, by name
        self,
        target: Target,
        task: str,
        folder: Path,
        *,
        task_args: Mapping[str, Any] | None = None,
        limit: int | None = None,
        eval_kwargs: Mapping[str, Any] | None = None,
    ) -> Evaluation:
        """Evaluate a model on a task.

        Args:
            target: The model.
            task: Where it is defined, as `module:function`.
            folder: Where the files go; made if it is not there.
            task_args: Arguments of the task's function.
            limit: How many samples, the first ones; all by default.
            eval_kwargs: What else the backend's own function takes.

        Raises:
            EvaluationError: It cannot be made, or it failed.
        """
        ...


_BACKENDS: Final = {
    "inspect": "sweepflow.evals.inspect.backend:InspectBackend",
    "dummy": "sweepflow.evals.dummy:DummyBackend",
}


def get_backend(name: str) -> EvaluationBackend:
    """Give the backend of a name, or of a class written `package.module:Class`.

    Raises:
        EvaluationError: There is none.
    """
    if ":" not in name and name not in _BACKENDS:
        raise EvaluationError(
            f"no evaluation backend {name!r}",
            hint=did_you_mean(name, _BACKENDS, "evaluation backends"),
        )
    module, _, attribute = _BACKENDS.get(name, name).partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise EvaluationError(
            f"no evaluation backend {name!r}: {error}",
            hint="write `package.module:Class`, of a module that can be imported",
        ) from None
    if not isinstance(found, type):
        raise EvaluationError(f"{name!r} is not a class")
    return cast("EvaluationBackend", found())
