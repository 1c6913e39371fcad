"""What came of a trial, as the ledger has it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweepflow.engine.result import Result
from sweepflow.engine.task import Outcome
from sweepflow.errors import PlanError
from sweepflow.search.study import is_pruned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.search.study import Study, Trial
    from sweepflow.store.records import Run, ScalarRecord
    from sweepflow.store.store import Store

Status: TypeAlias = Literal["completed", "pruned", "failed"]


@dataclass(frozen=True, slots=True)
class Trying:
    """A trial, and how its tasks ended.

    Args:
        results: In the plan's order, by the names that may stand before that of a
            metric.
    """

    trial: Trial
    results: Mapping[str, Result]

    @classmethod
    def of_known(cls, trial: Trial, run: Run, name: str) -> Trying:
        """Give a trial of which there is a run already, and the name of that."""
        ended = Outcome(
            "cached" if run.status == "completed" else "interrupted", error=run.error
        )
        return cls(trial, {name: Result(ended, run.id)})


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a trial.

    Args:
        trial: What was tried.
        status: How it ended.
        value: What came out; None where it failed or was pruned.
        run_id: Of the run that gave it, or did not.
        error: Why it did not complete.
        was_known: Whether nothing had to run for it.
    """

    trial: Trial
    status: Status
    value: float | None = None
    run_id: str | None = None
    error: str = ""
    was_known: bool = False


def outcome(trying: Trying, study: Study, store: Store) -> Tried:
    """Give what came of a trial, and tell it to the study.

    Raises:
        PlanError: It completed, and did not give the metric.
    """
    tried = _judged(trying, study, store)
    study.tell(tried.trial.number, tried.value)
    return tried


def _judged(trying: Trying, study: Study, store: Store) -> Tried:
    trial, results = trying.trial, trying.results
    ids = [result.run_id for result in results.values() if result.run_id]
    numbers = store.reader.scalars(ids, points=study.prunes)
    found = _metric(study.metric, results, numbers)
    if found and study.prunes:
        study.replay(trial.number, found[1].points)
    failed = next((r for r in results.values() if not r.outcome.is_done), None)
    if failed and is_pruned(failed.outcome.error):
        study.give_up(trial.number, failed.outcome.error or "")
    was_known = all(r.outcome.status == "cached" for r in results.values())
    if reason := study.pruned(trial.number):
        run_id = failed.run_id if failed else found and found[0]
        return Tried(trial, "pruned", None, run_id, reason, was_known)
    if failed:
        error = failed.outcome.error or failed.outcome.status
        return Tried(trial, "failed", None, failed.run_id, error)
    if found is None:
        raise _no_metric(study.metric, trial.number, results, numbers)
    run_id, record = found
    if not math.isfinite(record.last):
        error = f"{study.metric} is {record.last}"
        return Tried(trial, "failed", None, run_id, error, was_known)
    return Tried(trial, "completed", record.last, run_id, "", was_known)


def _metric(
    metric: str,
    results: Mapping[str, Result],
    numbers: Mapping[str, Mapping[str, ScalarRecord]],
) -> tuple[str, ScalarRecord] | None:
    """Give the metric and the run that gave it: of several, the last one."""
    for name, result in reversed([*results.items()]):
        given = numbers.get(result.run_id or "", {})
        for key in (metric, metric.removeprefix(f"{name}.")):
            if result.run_id and key in given:
                return result.run_id, given[key]
    return None


def _no_metric(
    metric: str,
    number: int,
    results: Mapping[str, Result],
    numbers: Mapping[str, Mapping[str, ScalarRecord]],
) -> PlanError:
    runs = {name: result.run_id or "" for name, result in results.items()}
    given = [
        key if len(runs) == 1 else f"{name}.{key}"
        for name, run_id in runs.items()
        for key in numbers.get(run_id, {})
    ]
    known = f"it gave {', '.join(given)}" if given else "it gave no number at all"
    return PlanError(
        f"trial {number} completed, and did not give {metric!r}: {known}",
        hint="name one of these as the metric"
        if given
        else f"let it print a line such as `{metric}: 0.5`, or log it as a metric",
    )
