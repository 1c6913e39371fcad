"""The way through a search: rounds of trials, each round a plan of its own.

All trials of a round are chosen before one of them runs, and all are told, in their
order, before the next ones are chosen. So what is tried does not depend on which of
them was faster.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sweepflow.search.outcome import Tried, Trying, outcome
from sweepflow.search.space import extremes
from sweepflow.search.study import Study, Trial, is_pruned
from sweepflow.search.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sweepflow.engine.engine import Engine, Report
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.result import Result
    from sweepflow.engine.scalars import Patterns
    from sweepflow.engine.task import Task
    from sweepflow.search.definition import Search
    from sweepflow.store.records import Run
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Round:
    """Trials as a plan.

    Args:
        plan: What runs.
        tasks: For each trial the keys of its tasks, in the plan's order, by the names
            that may stand before that of a metric.
        known: Trials of which there is a run already, by their numbers; the plan has
            no task for them.
    """

    plan: Plan
    tasks: Sequence[Mapping[str, str]]
    known: Mapping[int, Run] = field(default_factory=dict[int, "Run"])


class Target(Protocol):
    """What a search is for.

    Attributes:
        id: Of this search of it, which its runs have among their facts.
    """

    @property
    def id(self) -> str: ...

    def plan(self, trials: Sequence[Trial]) -> Round:
        """Give the plan of some trials.

        Raises:
            SweepflowError: They cannot be run.
        """
        ...

    def patterns(self, task: Task) -> Patterns | None:
        """Say how numbers are found in a task's output; None where they are not."""
        ...


@dataclass(frozen=True, slots=True)
class Explored:
    """What came of a search, as far as it got.

    Args:
        search: What was searched, and how.
        tried: The trials, in the order in which they were chosen.
        signum: The signal that ended it, or None.
    """

    search: Search
    tried: Sequence[Tried]
    signum: int | None = None

    @property
    def best(self) -> Tried | None:
        """The completed trial with the best value, the first of several."""
        sign = 1 if self.search.direction == "minimize" else -1
        done = [one for one in self.tried if one.status == "completed"]
        return min(done, key=lambda one: sign * (one.value or 0.0), default=None)


def check(search: Search, target: Target) -> Plan:
    """See that what a search may choose can be run, and give the plan of that.

    Raises:
        SweepflowError: A bound or a choice cannot.
    """
    params = extremes(search.space)
    trials = [Trial(number, one) for number, one in enumerate(params, 1)]
    return target.plan(trials).plan


def explore(
    search: Search,
    target: Target,
    engine: Engine,
    told: Callable[[Explored], None] = lambda _explored: None,
) -> Explored:
    """Run a search to its end.

    Args:
        search: What is searched, and how.
        target: What is run with the values.
        engine: Runs it; its store has what is known.
        told: Is given all that was tried so far, after each trial.

    Raises:
        SweepflowError: Trials cannot be run as they are, or one that completed did not
            give the metric.
    """
    check(search, target)
    study = Study(search)
    listeners = list(engine.listeners)
    engine.follows_numbers = search.pruner is not None
    if engine.cache == "use":
        engine.given_up = _given_up(engine.store, target.id)
    tried: list[Tried] = []
    try:
        while len(tried) < search.trials:
            count = min(search.at_once, search.trials - len(tried))
            trials = [study.ask() for _ in range(count)]
            planned = target.plan(trials)
            watch = Watch(study, engine, target, planned.tasks, trials)
            engine.listeners = [*listeners, *([watch] if search.pruner else [])]
            report = engine.run(planned.plan) if planned.plan.tasks else None
            if report and report.signum is not None:
                return Explored(search, tried, report.signum)
            for trying in _tryings(planned, trials, report):
                tried.append(outcome(trying, study, engine.store))
                told(Explored(search, tried))
            if engine.fail_fast and any(one.status == "failed" for one in tried):
                break
    except KeyboardInterrupt:  # between plans, which take signals for themselves
        return Explored(search, tried, signal.SIGINT)
    finally:
        engine.listeners = listeners
    return Explored(search, tried)


def _given_up(store: Store, search_id: str) -> dict[str, Run]:
    """Give the runs of a search that were pruned, by their fingerprints."""
    return {
        run.fingerprint: run
        for run in store.reader.runs(statuses=("interrupted",))
        if run.fingerprint
        and is_pruned(run.error)
        and run.facts.get("search", {}).get("id") == search_id
    }


def _tryings(
    planned: Round, trials: Sequence[Trial], report: Report | None
) -> list[Trying]:
    results: Mapping[str, Result] = report.results if report else {}
    return [
        Trying.of_known(trial, planned.known[trial.number], next(iter(tasks)))
        if trial.number in planned.known
        else Trying(trial, {name: results[key] for name, key in tasks.items()})
        for trial, tasks in zip(trials, planned.tasks, strict=True)
    ]
