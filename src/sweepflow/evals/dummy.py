"""A backend that evaluates nothing, for trying a pipeline out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sweepflow.evals.backend import Evaluation, Target
from sweepflow.evals.files import write_metrics, write_samples

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


_METRICS: Final = {"dummy": 1.0}


class DummyBackend:
    """Gives the metric `dummy`, which is always 1, and says that it means nothing."""

    name = "dummy"

    def check(self, task: str, target_backend: str) -> None:
        """Accept everything."""

    def evaluate(  # noqa: PLR0913 - see `EvaluationBackend`
        self,
        target: Target,
        task: str,
        folder: Path,
        *,
        task_args: Mapping[str, Any] | None = None,  # noqa: ARG002 - likewise
        limit: int | None = None,  # noqa: ARG002
        eval_kwargs: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Evaluation:
        """Write files of the right form, without looking at model or task."""
        folder.mkdir(parents=True, exist_ok=True)
        said = f"the dummy backend has not put {target.model_id} to {task}"
        row = {"id": 1, "epoch": 1, "input": "", "target": "", "completion": said}
        write_samples(folder, [{**row, "scores": {}, "error": None}])
        write_metrics(folder, _METRICS)
        return Evaluation(_METRICS, folder)
