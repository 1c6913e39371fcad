"""The searches of a job: what its sets say of them, and the plans of their trials."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweepflow.engine.scalars import DEFAULT
from sweepflow.errors import PlanError, SweepflowError
from sweepflow.jobs.parameters import key_of, merge_add, split_words
from sweepflow.jobs.plan import plan_trials
from sweepflow.jobs.written import WrittenSet
from sweepflow.project.models import SEARCH_KEYS
from sweepflow.search import Choices, Search, as_words, read_word, split_space
from sweepflow.search.explore import Round
from sweepflow.search.study import is_pruned
from sweepflow.store.records import canonical_json
from sweepflow.sweep import DEFAULT_LIMIT, Sweep, SweepSyntaxError
from sweepflow.sweep.scalars import read_params

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from sweepflow.engine.scalars import Patterns
    from sweepflow.engine.task import Task
    from sweepflow.errors import Place
    from sweepflow.project import Job, Project
    from sweepflow.search import Dimension
    from sweepflow.search.study import Trial
    from sweepflow.store.records import Json, Run
    from sweepflow.store.store import Store


@dataclass(frozen=True)
class JobSearch:
    """A parameter set that is a search.

    Args:
        search: What is searched, and how.
        fixed: What all trials have, each `KEY=VALUE`.
        written: Where that is written.
    """

    search: Search
    fixed: tuple[str, ...]
    written: WrittenSet

    def words(self, trial: Trial) -> list[str]:
        """Give what a trial is run with, each `KEY=VALUE`."""
        return [*self.fixed, *as_words(trial.params.items())]


def read_search(  # noqa: PLR0913 - whose, which, and who says what of it
    project: Project,
    job: Job,
    number: int,
    overrides: Sequence[str] = (),
    *,
    defaults: Mapping[str, Any] | None = None,
    said: Mapping[str, Any] | None = None,
) -> JobSearch:
    """Give the search that a set of a job is.

    An override with one value fixes that; another one says where to search.

    Args:
        project: Where the job stands.
        job: Of any kind.
        number: The place of the set among those of the job.
        overrides: `KEY=EXPRESSION` words of the command line.
        defaults: Of the search, where the set says nothing.
        said: Of the search, whatever the set says.

    Raises:
        SweepflowError, SweepSyntaxError: What is written has no meaning.
    """
    item = job.sets[number]
    given = [_read_override(word) for word in overrides]
    written = WrittenSet(project, job, number, item, frozenset(key for key, _ in given))
    space = _read_space(written)
    fixed = {key_of(word): word for word in _same_in_all(job, written)}
    for key in space:
        fixed.pop(key, None)
    for key, (name, one) in given:
        if isinstance(one, str):
            fixed[key] = one
            space.pop(key, None)
        else:
            space[key] = name, one
            fixed.pop(key, None)
    own = {name: getattr(item, name) for name in SEARCH_KEYS}
    settings: dict[str, Any] = {
        **(defaults or {}),
        **{name: value for name, value in own.items() if value is not None},
        **(said or {}),
    }
    with _placed(None if said or overrides else project.place(*written.path, "search")):
        search = Search(space=dict(space.values()), **settings)
    return JobSearch(search, tuple(fixed.values()), written)


def _read_space(written: WrittenSet) -> dict[str, tuple[str, Dimension]]:
    """Give what a set says of where to search, by the keys without prefixes."""
    space: dict[str, tuple[str, Dimension]] = {}
    for word in split_space(written.item.search):
        with _placed(written.where(word)):
            name, one = read_word(word)
            if key_of(name) in space:
                raise PlanError(
                    f"{key_of(name)} is searched twice", hint="keep one of the words"
                )
        space[key_of(name)] = name, one
    return space


def _read_override(word: str) -> tuple[str, tuple[str, Dimension | str]]:
    """Give the key of a word, its name, and where to search, or what it is."""
    if "=" not in word:  # `~key`, which Hydra understands
        return Sweep.parse_word(word).keys[0], (word, word)
    name, one = read_word(word)
    if isinstance(one, Choices) and len(one.values) == 1:
        return key_of(name), (name, as_words([(name, one.values[0])])[0])
    return key_of(name), (name, one)


class CommandTrials:
    """The trials of a job with commands; see `sweepflow.search.explore.Target`.

    Nobody can tell what a command's result depends on. A trial is known where this very
    search has a run with its values already.

    Args:
        found: The search.
        rest: Arguments that the command gets untouched, behind all others.
        store: What is known; None where nothing is to be taken from it.
    """

    def __init__(
        self, found: JobSearch, rest: Sequence[str], store: Store | None
    ) -> None:
        self._found = found
        self._rest = rest
        self._job, self._project = found.written.job, found.written.project
        self._add = self._added()
        self.id = found.search.id(
            {
                "job": self._job.name,
                self._job.mode: self._job.target,
                "fixed": found.fixed,
                "add": self._add,
                "rest": list(rest),
            }
        )
        self._store = store
        self._known: dict[str, Run] = {}  # by the parameters, as JSON
        self._looked_at: float | None = None

    def plan(self, trials: Sequence[Trial]) -> Round:
        """Give the plan of the trials that are not known."""
        words = [self._found.words(trial) for trial in trials]
        params = [canonical_json(read_params(one)) for one in words]
        if not self._known.keys() >= set(params):
            self._look()
        width = len(str(self._found.search.trials))
        known: dict[int, Run] = {}
        missing: dict[str, tuple[str, list[str], dict[str, Json]]] = {}
        tasks: list[dict[str, str]] = []
        for trial, own, values in zip(trials, words, params, strict=True):
            key = f"{self._job.name}.{trial.number:0{width}}"
            if run := self._known.get(values):
                known[trial.number] = run
            else:  # the same values may be chosen twice
                fact = {"search": {"id": self.id, "trial": trial.number}}
                key = missing.setdefault(values, (key, own, fact))[0]
            tasks.append({self._job.name: key})
        plan = plan_trials(
            self._project,
            self._job,
            list(missing.values()),
            add=self._add,
            rest=self._rest,
        )
        return Round(plan, tasks, known)

    def patterns(self, task: Task) -> Patterns:  # noqa: ARG002 - all alike
        """Give those of numbers that stand alone in a line."""
        return DEFAULT

    def _added(self) -> list[str]:
        project, job, number = self._project, self._job, self._found.written.number
        own = job.sets[number].add
        return merge_add(
            split_words(project, job, job.add, "add"),
            split_words(project, job, own, "sets", number, "add"),
        )

    def _look(self) -> None:
        """Learn of the runs of this search that came to their end or were pruned."""
        if self._store is None:
            return
        begun, self._looked_at = self._looked_at, time.time()
        runs = self._store.reader.runs(
            kind="job",
            name=self._job.name,
            statuses=("completed", "interrupted"),
            start=begun,
        )
        for run in reversed(runs):
            ended = run.status == "completed" or is_pruned(run.error)
            if ended and run.facts.get("search", {}).get("id") == self.id:
                self._known[canonical_json(run.params)] = run


def _same_in_all(job: Job, written: WrittenSet) -> list[str]:
    """Give what all trials have: `all`, and what is added unless that is Hydra's."""
    sweeps = [Sweep.parse(written.item.all)]
    if job.mode in {"operation", "workflow"}:
        sweeps.append(written.added())
    words: list[str] = []
    for sweep in sweeps:
        if sweep.count != 1:
            raise PlanError(
                f"in a search, {' and '.join(sweep.keys)} must have one value each in "
                "all trials",
                place=written.where(sweep.keys[0]),
                hint="write one value, or move it to search",
            )
        words += written.expanded(sweep, DEFAULT_LIMIT)[0]
    return words


@contextmanager
def _placed(place: Place | None) -> Generator[None]:
    try:
        yield
    except SweepflowError as error:
        error.place = error.place or place
        raise
    except SweepSyntaxError as error:
        if place is None:  # the command line says it
            raise
        raise PlanError(
            f"{error.message}\n{error.excerpt}", place=place, hint=error.hint
        ) from None
