"""An MLflow run that records the Hydra job inside which it is started."""

from __future__ import annotations

import contextlib
import logging
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweepflow.app.artifacts import get_artifact_dir, log_texts
from sweepflow.app.signals import Terminated
from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Generator

    from mlflow.entities import Run

logger = logging.getLogger(__name__)

TRACEBACK = "traceback.txt"


@contextlib.contextmanager
def start_run(  # noqa: PLR0913 -- all of `mlflow.start_run`
    *,
    chdir: bool = False,
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: dict[str, str] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
) -> Generator[Run]:
    """Start an MLflow run, or resume the one with `run_id`, and record the Hydra job.

    At its end the run is FINISHED; FAILED after an exception or an exit status other
    than 0; KILLED after Ctrl-C or SIGTERM within the app. An exception goes on to the
    caller.

    Args:
        chdir: Work in the run's artifact folder, which must be a local one.
        run_id: The run to resume.
        experiment_id: This and what follows is as for `mlflow.start_run`.
        run_name: The name that MLflow shows.
        nested: Whether another run may be active; it becomes the parent.
        parent_run_id: Another parent.
        tags: Tags to set on the run.
        description: The note that MLflow shows.
        log_system_metrics: Whether to log the machine's load as metrics.

    Raises:
        PlanError: There is no Hydra job.
        StoreError: With `chdir`, the artifacts are not kept in a local folder.
    """
    import mlflow

    _hydra()
    outer = mlflow.active_run()
    run = mlflow.start_run(
        run_id,
        experiment_id,
        run_name,
        nested=nested,
        parent_run_id=parent_run_id,
        tags=tags,
        description=description,
        log_system_metrics=log_system_metrics,
    )
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(log_run(run))
            if chdir:
                stack.enter_context(chdir_artifact(run))
            yield run
    except BaseException as error:
        with _never_instead_of(error):
            _end(status_after(error), outer)
        raise
    _end("FINISHED", outer)


@contextlib.contextmanager
def log_run(run: Run) -> Generator[None]:
    """Record the Hydra job as artifacts of `run`.

    `.hydra/` is logged at once, the job's `*.log` files at the end of the block, and
    `traceback.txt` when an exception ends it.

    Raises:
        PlanError: There is no Hydra job.
    """
    import mlflow

    hydra = _hydra()
    client = mlflow.MlflowClient()
    run_id = run.info.run_id
    output = Path(hydra.runtime.output_dir)
    if hydra.output_subdir is not None:
        client.log_artifacts(run_id, str(output / hydra.output_subdir), ".hydra")
    try:
        yield
    except BaseException as error:
        with _never_instead_of(error):
            if status_after(error) == "FAILED":
                text = "".join(traceback.format_exception(error))
                client.log_text(run_id, text, TRACEBACK)
            log_texts(run, output)
        raise
    log_texts(run, output)


@contextlib.contextmanager
def chdir_artifact(run: Run) -> Generator[Path]:
    """Work in the run's artifact folder, and come back at the end.

    Raises:
        StoreError: The artifacts are not kept in a local folder.
    """
    folder = get_artifact_dir(run)
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(folder):
        yield folder


def _hydra() -> Any:  # noqa: ANN401 -- a DictConfig with the attributes of HydraConf
    from hydra.core.hydra_config import HydraConfig

    if not HydraConfig.initialized():
        raise PlanError(
            "there is no Hydra job to record",
            hint="call it within an app decorated with @sweepflow.main or @hydra.main",
        )
    return HydraConfig.get()


def status_after(error: BaseException) -> str:
    """Give the status of a run that `error` ended."""
    if isinstance(error, (KeyboardInterrupt, Terminated)):
        return "KILLED"
    if isinstance(error, SystemExit) and error.code in (None, 0):
        return "FINISHED"
    return "FAILED"


def _end(status: str, outer: Run | None) -> None:
    """End the runs started since `outer`: ours, and nested ones that were left open."""
    import mlflow

    def run_id(run: Run | None) -> str | None:
        return run.info.run_id if run else None

    while run_id(mlflow.active_run()) != run_id(outer):
        mlflow.end_run(status)


@contextlib.contextmanager
def _never_instead_of(error: BaseException) -> Generator[None]:
    """Log a failure to record `error`, which matters more."""
    try:
        yield
    except Exception as second:  # noqa: BLE001 -- whatever a store may raise
        logger.warning("Could not record that %r ended the run: %s", error, second)
