"""Runs that stand for what an operation requires, as the ledger knows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sweepflow.engine.task import AtomRef
from sweepflow.engine.worker import TIMED_OUT
from sweepflow.operations.requirements import RequirementError
from sweepflow.operations.requirements.select import chosen

STAGED: Final = "staged"
"""The status of a run that is recorded and not started."""

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sweepflow.operations.requirements import Wanted
    from sweepflow.store.records import Run
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run takes from one that is there already.

    Args:
        run_id: Of the run that made it.
        inputs: What it made and is wanted, by name.
        depends_on: What stands for the content where that is not known: the run.
    """

    run_id: str
    inputs: Mapping[str, AtomRef]
    depends_on: Mapping[str, str] = field(default_factory=dict[str, str])


def take(store: Store, run: Run, wanted: Wanted, name: str) -> Taken:
    """Give what a run gives to one that requires it.

    Args:
        store: Where it is recorded.
        run: It has completed, or what it left behind is to do.
        wanted: The requirement.
        name: What that is called among the inputs.
    """
    origin = run.cached_from or run.id
    if run.status not in {"completed", "cached"}:
        return Taken(origin, {}, {name: origin})
    outputs = store.catalog.outputs(run.id)
    inputs = {f"{name}/{n}": AtomRef(outputs[n]) for n in meant(outputs, wanted)}
    return Taken(origin, inputs, {} if inputs else {name: origin})


def meant(names: Collection[str], wanted: Wanted) -> Collection[str]:
    """Give what a requirement means among what a run made.

    It may mean what is in its folder and was not made by it. Then all of it counts,
    lest a change be overlooked.
    """
    return chosen(names, wanted) or names


def latest(
    store: Store, operations: Collection[str], folder: str, *, staged: bool = False
) -> Run | None:
    """Give the run of one of some operations that what requires them gets.

    That is the latest completed one; where there is none, the latest that was stopped
    after its time, or is running.

    Args:
        store: Where runs are recorded.
        operations: Their full names.
        folder: That of the project: those of another one of the same name do not count.
        staged: Whether one that has not started will do, where there is no other.
    """
    if not (operations and store.home.has_ledger()):
        return None
    every = store.reader.runs(names=operations, kind="operation", facts=False)
    runs = [run for run in every if run.cwd == folder and run.name in operations]
    done = (run for run in runs if run.status in {"completed", "cached"})
    stopped = (r for r in runs if r.status == "running" or r.error == TIMED_OUT)
    waiting = (run for run in runs if staged and run.status == STAGED)
    return next(done, None) or next(stopped, None) or next(waiting, None)


def named(store: Store, operation: str, run_id: str, *, staged: bool = False) -> Run:
    """Give the run that a user names for a required operation.

    Args:
        store: Where runs are recorded.
        operation: Its name.
        run_id: The beginning of the run's id.
        staged: Whether one that has not started will do.

    Raises:
        RequirementError: There is none of that id, it was removed, or has not started.
    """
    from sweepflow.errors import RunNotFoundError

    if not store.home.has_ledger():
        raise RequirementError(
            f"no suitable run for {operation}: nothing ran here yet",
            hint=f"make one with 'sweepflow run {operation}'",
        )
    try:
        run = store.reader.get(run_id)
    except RunNotFoundError as error:
        raise RequirementError(
            f"no suitable run for {operation}: {error.message}", hint=error.hint
        ) from None
    if run.deleted_at is not None:
        raise RequirementError(
            f"no suitable run for {operation}: run {run.id} was removed",
            hint=f"bring it back with 'sweepflow runs restore {run.id}'",
        )
    if run.status == STAGED and not staged:
        raise RequirementError(
            f"run {run.id} of {operation} has not started",
            hint=f"start it with 'sweepflow run --start {run.id}'",
        )
    return run
