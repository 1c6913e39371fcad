"""Searching for the best values of a workflow's config."""

from __future__ import annotations

import json
import signal
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from sweepflow.engine.recovery import settle
from sweepflow.here import current_store
from sweepflow.search import (
    DEFAULT_TRIALS,
    Choices,
    Dimension,
    Search,
    Value,
    read_dimension,
)
from sweepflow.search.explore import Explored, Round, check, explore
from sweepflow.workflow.data import to_data
from sweepflow.workflow.origin import nowhere
from sweepflow.workflow.plan import plan_points
from sweepflow.workflow.points import chosen_points
from sweepflow.workflow.run import given_atoms, make_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sweepflow.atom import Atom
    from sweepflow.engine.engine import Engine
    from sweepflow.engine.scalars import Patterns
    from sweepflow.engine.task import Task
    from sweepflow.project.models import Direction, Pruner, Sampler
    from sweepflow.search.study import Trial
    from sweepflow.store.store import Store
    from sweepflow.workflow.plan import PlannedPoints
    from sweepflow.workflow.points import Base, Where
    from sweepflow.workflow.resolve import Configs
    from sweepflow.workflow.run import Options
    from sweepflow.workflow.workflow import Workflow


@dataclass(frozen=True)
class WorkflowTrials:
    """The trials of a workflow; see `sweepflow.search.explore.Target`.

    What is known of a trial's steps is taken from the cache.

    Args:
        id: Of the search.
        workflow: What is run.
        base: The config that all trials have in common.
        words: Gives what a trial has beside that, each `dotted.key=value`.
        where: As for `chosen_points`.
        planned: Gives one plan for several configs.
    """

    id: str
    workflow: Workflow
    base: Base
    words: Callable[[Trial], Sequence[str]]
    where: Where
    planned: Callable[[Sequence[Configs]], PlannedPoints]

    def plan(self, trials: Sequence[Trial]) -> Round:
        """Give the plan of trials, in which the same work appears once."""
        chosen = [(self.words(trial), self.where) for trial in trials]
        points = chosen_points(self.workflow, self.base, chosen)
        planned = self.planned([point.configs for point in points])
        return Round(planned.plan, planned.tasks)

    def patterns(self, task: Task) -> Patterns | None:  # noqa: ARG002 - all alike
        """Give none: steps log their numbers."""
        return None


def run_search(  # noqa: PLR0913, PLR0917 - what is searched, and how
    workflow: Workflow,
    space: Mapping[str, Sequence[object] | str],
    metric: str,
    base_config: object = None,
    input_atoms: Mapping[str, Atom | str] | None = None,
    user: str | None = None,
    *,
    direction: Direction = "minimize",
    trials: int = DEFAULT_TRIALS,
    sampler: Sampler = "tpe",
    pruner: Pruner | None = None,
    startup: int | None = None,
    seed: int = 0,
    at_once: int = 1,
    **options: Unpack[Options],
) -> Explored:
    """Search for the values of a workflow's config with the best result.

    Each round of trials is one plan: what is the same in several is done once, and what
    is known is taken from the cache. So a search that was interrupted, and is called
    again, goes on where it was.

    Args:
        workflow: What to run.
        space: For each dotted path into the config, such as `train.lr`, a list of
            values to choose from, or a range: `"LOW:HIGH"`, `"LOW:HIGH:STEP"` or
            `"log(LOW:HIGH)"`, of whole numbers if these are.
        metric: The number that is the result, of those that the steps log.
        base_config: What the trials have in common, as for `run_workflow`.
        input_atoms: As for `run_workflow`.
        user: Likewise.
        direction: As for `sweepflow.search.Search`, as is what follows.
        trials: How many are tried.
        sampler: Who chooses.
        pruner: Who ends trials that promise little.
        startup: How many begin before these learn.
        seed: What all chance comes from.
        at_once: How many run at a time.
        **options: As for `run_workflow`.

    Returns:
        The trials in order, failures included and marked, and the best of them.

    Raises:
        SweepflowError: It cannot be run as it is asked for.
        KeyboardInterrupt: It was interrupted; what was done is kept.
    """
    search = Search(
        space={path: _dimension(path, one) for path, one in space.items()},
        metric=metric,
        direction=direction,
        trials=trials,
        sampler=sampler,
        pruner=pruner,
        startup=startup,
        seed=seed,
        at_once=at_once,
    )
    store = current_store()
    atoms = given_atoms(store, input_atoms)
    data: dict[str, Any] = to_data(base_config) or {}
    search_id = search.id(workflow.name)
    target = WorkflowTrials(
        search_id,
        workflow,
        (None, data),
        lambda trial: [_word(key, v, space[key]) for key, v in trial.params.items()],
        nowhere,
        partial(plan_points, workflow, atoms, user=user, search=search_id),
    )
    engine = engine_for(search, target, store, options)
    with closing(engine.executor):
        settle(store)
        explored = explore(search, target, engine)
    if explored.signum == signal.SIGINT:
        raise KeyboardInterrupt
    return explored


def engine_for(
    search: Search, target: WorkflowTrials, store: Store, options: Options
) -> Engine:
    """Give the engine for all trials of a search; its executor is to be closed.

    Raises:
        SweepflowError: A trial that may be chosen cannot be run as it is asked for.
    """
    return make_engine(check(search, target), store, options)


def _dimension(path: str, said: Sequence[object] | str) -> Dimension:
    if isinstance(said, str):
        return read_dimension(path, said)
    return Choices(tuple(to_data(one) for one in said))


def _word(path: str, value: Value, said: Sequence[object] | str) -> str:
    """Give `path=value`; what was written as a text is YAML already."""
    is_written = isinstance(said, str) and isinstance(value, str)
    return f"{path}={value if is_written else json.dumps(value)}"
