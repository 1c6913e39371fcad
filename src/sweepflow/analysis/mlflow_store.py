"""The runs of an MLflow store, asked for in the way that suits the store."""

from __future__ import annotations

import os
import sys
import warnings
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweepflow.analysis.errors import AnalysisError, DamagedRunWarning
from sweepflow.analysis.mlflow_database import read_database
from sweepflow.analysis.mlflow_server import read_server
from sweepflow.analysis.tracked import TrackedRecord, TrackedRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlflow.entities import Experiment, Run

    from sweepflow.analysis.settings import Value

_DEFAULT = "sqlite:///mlflow.db"
_SQLITE = "sqlite:///"


def tracked_runs(
    uri: str | None, experiment: str | None, status: str | None, limit: int | None
) -> list[TrackedRun]:
    """Give the runs of an MLflow store, newest first.

    Args:
        uri: Of the store; the one that MLflow is set to use, if not given, else the
            app's default.
        experiment: The name of an experiment; all of them, if not given.
        status: Only those of this status, as MLflow writes it.
        limit: How many.

    Raises:
        AnalysisError: The store cannot be read, or has no such experiment.
    """
    chosen = uri or _configured() or _DEFAULT
    status = status.upper() if status else None
    records = None
    if chosen.startswith(_SQLITE) and not {"%", "?"} & {*chosen}:
        path = Path(chosen.removeprefix(_SQLITE))
        if not path.exists():  # MLflow would make it
            raise AnalysisError(
                f"there is no MLflow store at {path}",
                hint="give tracking_uri=…, or work in the folder of the runs",
            )
        records = read_database(path, experiment, status, limit)
    if records is None:
        records = list(by_client(chosen, experiment, status, limit))
    return list(_whole(records))


def _whole(records: Sequence[TrackedRecord | str]) -> Iterator[TrackedRun]:
    for record in records:
        if isinstance(record, TrackedRecord):
            yield TrackedRun(record)
        else:
            warnings.warn(f"left out the run {record}", DamagedRunWarning, stacklevel=5)


def _configured() -> str | None:
    # Only who imported MLflow can have set its tracking URI.
    if mlflow := sys.modules.get("mlflow"):
        return mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    return os.environ.get("MLFLOW_TRACKING_URI")


def by_client(
    uri: str, experiment: str | None, status: str | None, limit: int | None
) -> Iterator[TrackedRecord | str]:
    """Give what MLflow gives, and of a damaged run what is wrong; see `tracked_runs`.

    Raises:
        AnalysisError: The store cannot be read, or has no such experiment.
    """
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    wanted = f"attributes.status = '{status}'" if status else ""
    try:
        client: Any = MlflowClient(uri)  # whose pages have no type
        names = {e.experiment_id: e.name for e in _experiments(client, experiment)}
        if not names or limit == 0:
            return
        if uri.startswith(("http:", "https:")):
            yield from read_server(uri, names, wanted, limit)
            return
        pages = _pages(client.search_runs, list(names), wanted)
        for run in islice(chain.from_iterable(pages), limit):
            yield _record(run, names[run.info.experiment_id])
    except MlflowException as error:
        raise AnalysisError(
            f"the MLflow store cannot be read: {error}",
            hint="see the argument tracking_uri, or MLFLOW_TRACKING_URI",
        ) from error


def _record(run: Run, experiment: str) -> TrackedRecord:
    info, data = run.info, run.data
    return TrackedRecord(
        id=info.run_id,
        experiment=experiment,
        name=info.run_name,
        status=info.status,
        start=info.start_time,
        end=info.end_time,
        user=info.user_id,
        artifacts=info.artifact_uri or "",
        params=data.params,
        metrics=data.metrics,
        tags=data.tags,
    )


def _pages(search: Any, *asked: Any) -> Iterator[Any]:  # noqa: ANN401 - MLflow's
    token = ""
    while token is not None:
        page = search(*asked, page_token=token or None)
        yield page
        token = page.token or None


def _experiments(client: Value, name: str | None) -> list[Experiment]:
    if name is None:
        return list(chain.from_iterable(_pages(client.search_experiments)))
    found = client.get_experiment_by_name(name)
    if found is None:
        known = ", ".join(sorted(each.name for each in client.search_experiments()))
        raise AnalysisError(f"no experiment {name!r}", hint=f"there are: {known}")
    return [found]
