"""The backend `inspect`: starts the process of an evaluation, takes what it leaves."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sweepflow.atom.typed import METRICS, SAMPLES
from sweepflow.evals.backend import Evaluation, Target
from sweepflow.evals.errors import EvaluationError, EvaluationFailedError
from sweepflow.evals.inspect.evaluate import LOGS
from sweepflow.evals.inspect.models import check_provider
from sweepflow.evals.inspect.process import run_child
from sweepflow.evals.inspect.spec import Failure, Spec
from sweepflow.evals.inspect.tasks import find_task
from sweepflow.workflow.keeping import state_folder

if TYPE_CHECKING:
    from collections.abc import Mapping


LOG: Final = "inspect.eval"
"""The log of Inspect in the folder of an evaluation."""

FAILED: Final = "failed-evaluations"
"""Where in the home of the store the logs of those that failed are kept."""


class InspectBackend:
    """Evaluates by Inspect, each model and task in a process of its own."""

    name = "inspect"

    def check(self, task: str, target_backend: str) -> None:
        """See whether an evaluation could start, without importing Inspect.

        Raises:
            MissingExtraError: A package is not installed.
            EvaluationError: The task or a key is missing, or no model of that backend
                can be evaluated.
        """
        check_provider(target_backend)
        find_task(task)

    def evaluate(  # noqa: PLR0913 - see `EvaluationBackend`
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

        Raises:
            MissingExtraError, EvaluationError: See `check`; or an argument is wrong.
            EvaluationFailedError: It was begun, and gave no score.
        """
        self.check(task, target.backend)
        _check(target, limit)
        spec = Spec(target, task, dict(task_args or {}), limit, dict(eval_kwargs or {}))
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".evaluation-") as work:
            place = Path(work).absolute()
            try:
                file = spec.write(place)
            except (TypeError, ValueError) as error:
                raise EvaluationError(f"arguments must be JSON: {error}") from None
            status = run_child(file)
            if status:
                raise _failure(place, status)
            metrics = _take(place, folder)
        return Evaluation(metrics, folder)


def _check(target: Target, limit: int | None) -> None:
    if target.backend == "local" and not (target.path and target.path.is_dir()):
        raise EvaluationError(
            f"the local model {target.model_id!r} has no folder at {target.path}"
        )
    if limit is not None and limit < 1:
        raise EvaluationError(f"limit is {limit}", hint="write 1 or more, or leave it")


def _take(work: Path, folder: Path) -> dict[str, float]:
    """Move the files to where they belong, the metrics last."""
    log = next((work / LOGS).glob("*.eval"))
    for file, name in (
        (log, LOG),
        (work / SAMPLES, SAMPLES),
        (work / METRICS, METRICS),
    ):
        file.replace(folder / name)
    return json.loads((folder / METRICS).read_text("utf-8"))


def _failure(work: Path, status: int) -> EvaluationError:
    """Give the error of an evaluation without a result, and keep its log."""
    said = Failure.read(work)
    if said and not said.begun:
        return EvaluationError(said.message, hint=said.hint)
    if said:
        message = said.message
    elif status < 0:
        message = f"its process was ended by {signal.Signals(-status).name}"
    else:
        message = f"its process ended with status {status}"
    kept = [str(_keep(log)) for log in (work / LOGS).glob("*.eval")]
    where = f"\nits log is {', '.join(kept)}" if kept else ""
    hint = said.hint if said else "what it said stands above"
    return EvaluationFailedError(message + where, hint=hint)


def _keep(log: Path) -> Path:
    """Move a log to where it outlives the folder of the step."""
    return Path(shutil.move(log, state_folder(FAILED) / log.name))
