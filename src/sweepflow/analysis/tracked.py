"""Runs of an MLflow store: a database, or a tracking server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.known import KnownRun
from sweepflow.analysis.quick_yaml import one_value
from sweepflow.analysis.recorded import time_of
from sweepflow.analysis.run_info import RunInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlflow.entities import Experiment
    from mlflow.entities import Run as MlflowRun

    from sweepflow.analysis.settings import Value

PAGE = 1000
"""How many runs are asked for at a time."""

_OF_MLFLOW = "mlflow."


class TrackedRun(KnownRun):
    """A run of an MLflow store.

    Parameters of MLflow are texts. What is a number, a truth value or `None` as YAML or
    Python writes them is one here.

    Args:
        run: As MLflow has it.
        experiment: The name of its experiment.
    """

    def __init__(self, run: MlflowRun, experiment: str) -> None:
        params = {key: _value(text) for key, text in run.data.params.items()}
        folder = local_path(run.info.artifact_uri or "")
        run_id = run.info.run_id
        info = RunInfo(folder.parent if folder else Path(run_id), experiment, run_id)
        super().__init__(info, params)
        self.mlflow = run
        self._artifacts = folder

    @property
    def metrics(self) -> Mapping[str, float]:
        """The last value of each of its metrics."""
        return self.mlflow.data.metrics

    @property
    def facts(self) -> Mapping[str, Any]:
        """What else MLflow has of it; times are in UTC."""
        info = self.mlflow.info
        start, end = _seconds(info.start_time), _seconds(info.end_time)
        return {
            "run_id": info.run_id,
            "experiment": self.info.job_name,
            "name": info.run_name,
            "status": info.status,
            "started_at": time_of(start),
            "finished_at": time_of(end),
            "seconds": None if start is None or end is None else end - start,
            "user": info.user_id,
        }

    def sections(self) -> Mapping[str, Mapping[str, Any]]:
        """Give the metrics and the tags, without those that MLflow sets itself."""
        tags = self.mlflow.data.tags.items()
        own = {key: value for key, value in tags if not key.startswith(_OF_MLFLOW)}
        return {**super().sections(), "tags": own}

    def path(self, relative_path: str | Path = "") -> Path:
        """Give a path in the folder of the artifacts.

        Raises:
            AnalysisError: They are not on this machine's file system.
        """
        if self._artifacts is None:
            raise AnalysisError(
                f"the artifacts of run {self.info.run_id} are in no local folder, "
                f"but at {self.mlflow.info.artifact_uri}",
                hint="fetch them with mlflow.artifacts.download_artifacts(run_id=…)",
            )
        return self._artifacts / relative_path


def tracked_runs(
    uri: str | None, experiment: str | None, status: str | None, limit: int | None
) -> Iterator[TrackedRun]:
    """Give the runs of an MLflow store, newest first.

    Args:
        uri: Of the store; the one that MLflow is set to use, if not given.
        experiment: The name of an experiment; all of them, if not given.
        status: Only those of this status, as MLflow writes it.
        limit: How many.

    Raises:
        AnalysisError: The store cannot be read, or has no such experiment.
    """
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    chosen = uri or _configured()
    _refuse_to_make(chosen)
    wanted = f"attributes.status = '{status.upper()}'" if status else ""
    try:
        client: Any = MlflowClient(chosen)  # whose pages have no type
        names = {e.experiment_id: e.name for e in _experiments(client, experiment)}
        token: Any = None
        while names and (limit is None or limit > 0):
            count = PAGE if limit is None else min(PAGE, limit)
            page = client.search_runs(
                list(names), wanted, max_results=count, page_token=token
            )
            for run in page:
                yield TrackedRun(run, names[run.info.experiment_id])
            token = page.token
            limit = None if limit is None else limit - len(page)
            if not token:
                return
    except MlflowException as error:
        raise AnalysisError(
            f"the MLflow store cannot be read: {error}",
            hint="see the argument tracking_uri, or MLFLOW_TRACKING_URI",
        ) from error


def local_path(uri: str) -> Path | None:
    """Give the path that the URI of artifacts stands for, or None if it is remote."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if parts.scheme or not uri else Path(uri)


def _configured() -> str:
    import mlflow

    return mlflow.get_tracking_uri()


def _refuse_to_make(uri: str) -> None:
    """Refuse a database that is not there, which MLflow would make."""
    path = Path(uri.removeprefix("sqlite:///").partition("?")[0])
    if uri.startswith("sqlite:///") and not path.exists():
        raise AnalysisError(
            f"there is no MLflow store at {path}",
            hint="give tracking_uri=…, or start in the folder where the runs were made",
        )


def _experiments(client: Value, name: str | None) -> list[Experiment]:
    if name is None:
        return list(client.search_experiments())
    found = client.get_experiment_by_name(name)
    if found is None:
        known = ", ".join(sorted(each.name for each in client.search_experiments()))
        raise AnalysisError(f"no experiment {name!r}", hint=f"there are: {known}")
    return [found]


def _value(text: str) -> object:
    return None if text == "None" else one_value(text)


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
