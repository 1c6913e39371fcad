"""A run of an MLflow store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.known import KnownRun
from sweepflow.analysis.quick_yaml import one_value
from sweepflow.analysis.recorded import time_of
from sweepflow.analysis.run_info import RunInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_MLFLOW = "mlflow."


@dataclass(frozen=True, slots=True)
class TrackedRecord:
    """What MLflow has of a run.

    Args:
        experiment: The name of its experiment.
        name: What MLflow calls the run.
        status: Such as `FINISHED`.
        start: Unix time in milliseconds, as is `end`.
        artifacts: The URI of their place.
        metrics: The last values.
    """

    id: str
    experiment: str
    name: str | None
    status: str
    start: int | None
    end: int | None
    user: str | None
    artifacts: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


class TrackedRun(KnownRun):
    """A run of an MLflow store.

    Parameters of MLflow are texts. What is a number, a truth value or `None` as YAML or
    Python writes them is one here.

    Args:
        record: What MLflow has of it.
    """

    def __init__(self, record: TrackedRecord) -> None:
        folder = local_path(record.artifacts)
        place = folder.parent if folder else Path(record.id)
        params = {key: _value(text) for key, text in record.params.items()}
        super().__init__(RunInfo(place, record.experiment, record.id), params)
        self.record = record
        self._artifacts = folder

    @property
    def metrics(self) -> Mapping[str, float]:
        """The last value of each of its metrics."""
        return self.record.metrics

    @property
    def facts(self) -> Mapping[str, Any]:
        """What else MLflow has of it; times are in UTC."""
        record = self.record
        start, end = _seconds(record.start), _seconds(record.end)
        return {
            "run_id": record.id,
            "experiment": record.experiment,
            "name": record.name,
            "status": record.status,
            "started_at": time_of(start),
            "finished_at": time_of(end),
            "seconds": None if start is None or end is None else end - start,
            "user": record.user,
        }

    def sections(self) -> Mapping[str, Mapping[str, Any]]:
        """Give the metrics and the tags, without those that MLflow sets itself."""
        tags = self.record.tags.items()
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
                f"but at {self.record.artifacts}",
                hint="fetch them with mlflow.artifacts.download_artifacts(run_id=…)",
            )
        return self._artifacts / relative_path


def local_path(uri: str) -> Path | None:
    """Give the path that the URI of artifacts stands for, or None if it is remote."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if parts.scheme or not uri else Path(uri)


def _value(text: str) -> object:
    return None if text == "None" else one_value(text)


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
