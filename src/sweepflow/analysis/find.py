"""The runs that the ledger, or an MLflow store, knows."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.run_collection import RunCollection
from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from sweepflow.analysis.known import KnownRun


def runs(  # noqa: PLR0913 - each a filter
    *,
    job: str | None = None,
    operation: str | None = None,
    workflow: str | None = None,
    step: str | None = None,
    status: str | None = None,
    limit: int | None = None,
    tracking_uri: str | None = None,
    experiment: str | None = None,
) -> RunCollection[KnownRun]:
    """Give recorded runs as a collection, in the order they began.

    Without arguments it is all runs of the project's ledger, where those whose driver
    died are completed first. With `tracking_uri` or `experiment` it is those of an
    MLflow store.

    Args:
        job: Only runs of this job; also what it ran of an operation or a workflow.
        operation: Its name need not say of which model it is.
        workflow: Of which each step is a run.
        step: Only runs of the task of this name: a step of a workflow.
        status: Only those of this status: `completed`, `cached`, `failed`,
            `interrupted`, `running`; in MLflow, `FINISHED`, `FAILED` or `KILLED`.
        limit: How many, of the newest.
        tracking_uri: Of an MLflow store, also a remote one.
        experiment: The name of an experiment in it. Without `tracking_uri`, in the
            store that MLflow is set to use, by default the one in this folder.

    Raises:
        AnalysisError: The arguments do not go together, or the MLflow store cannot be
            read or has no such experiment.
        StoreError: The ledger cannot be read.
    """
    names = {"job": job, "operation": operation, "workflow": workflow, "step": step}
    given = [name for name, value in names.items() if value is not None]
    if tracking_uri is not None or experiment is not None:
        if given:
            raise AnalysisError(
                f"{given[0]} is of the ledger, and not of MLflow",
                hint="leave it out, or tracking_uri and experiment",
            )
        from sweepflow.analysis.mlflow_store import tracked_runs

        found = tracked_runs(tracking_uri, experiment, status, limit)
        return RunCollection[Any](found[::-1])
    kinds = [name for name in given if name != "step"]
    if len(kinds) > 1:
        raise AnalysisError(f"a run is of a {kinds[0]} or of a {kinds[1]}, not of both")
    return _of_ledger(names, status, limit)


def _of_ledger(
    names: dict[str, str | None],
    status: str | None,
    limit: int | None,
) -> RunCollection[KnownRun]:
    from sweepflow.analysis.recorded import RecordedRuns
    from sweepflow.engine.recovery import settle
    from sweepflow.here import current_store

    store = current_store()
    if not store.home.has_ledger():  # to open it would make one
        return RunCollection[Any]([])
    with suppress(StoreError):  # an archive can still be looked at
        settle(store)
    kinds = ("operation", "workflow")
    kind = next((kind for kind in kinds if names[kind] is not None), None)
    name = names[kind] if kind else None
    records = store.reader.runs(
        kind=kind,
        names=() if name is None else (name,),
        job=names["job"],
        task=names["step"],
        status=status,
        limit=limit,
        facts=False,
    )
    return RunCollection[Any](RecordedRuns(store, records[::-1]).runs)
