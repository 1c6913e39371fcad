"""The combinations of a job of an operation or a workflow: each is a run of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple

from sweepflow.errors import PlanError
from sweepflow.jobs.parameters import placed, read_sweeps
from sweepflow.sweep import DEFAULT_LIMIT, Sweep, SweepSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sweepflow.errors import Place
    from sweepflow.project import Job, ParameterSet, Project


class Combination(NamedTuple):
    """Values that go together.

    Args:
        words: Each `KEY=VALUE`, with one value.
        where: Gives the place in the file of such a word; None for those that the
            command line says.
    """

    words: tuple[str, ...]
    where: Callable[[str], Place | None]


def read_combinations(
    project: Project,
    job: Job,
    overrides: Sequence[str] = (),
    limit: int = DEFAULT_LIMIT,
) -> list[Combination]:
    """Give every combination of `each` and `all` of every set, none of them twice.

    What is added (`add`) belongs to each of them, and may be swept too.

    Args:
        project: Where the job stands.
        job: Of an operation or a workflow.
        overrides: `KEY=EXPRESSION` words of the command line, which win over all sets.
        limit: How many there may be.

    Raises:
        ProjectError: The file says something that has no meaning.
        SweepSyntaxError: An override is not valid.
        PlanError: There are more than the limit.
    """
    written = {key for word in overrides for key in Sweep.parse_word(word).keys}
    sets: list[tuple[_Set, list[Sweep]]] = []
    for n, item, each, swept in read_sweeps(project, job, overrides):
        one = _Set(project, job, n, item, frozenset(written))
        sets.append((one, [each, swept, one.added().without(written)]))
    total = 0
    for _, sweeps in sets:
        each, swept, added = sweeps
        total += each.count * swept.count * added.count
    if total > limit:
        raise PlanError(
            f"job {job.name!r} has {total:,} combinations, more than {limit:,}",
            hint=f"write less, or allow it with --limit {total}",
        )
    found: dict[frozenset[str], Combination] = {}
    for one, sweeps in sets:
        for batches in product(*(one.expanded(sweep, limit) for sweep in sweeps)):
            # The last one wins, as it does on a command line.
            by_key = {_key(word): word for word in chain.from_iterable(batches)}
            words = tuple(by_key.values())
            found.setdefault(frozenset(words), Combination(words, one.where))
    return list(found.values())


@dataclass(frozen=True)
class _Set:
    """A parameter set, and where its texts stand."""

    project: Project
    job: Job
    number: int
    item: ParameterSet
    overridden: frozenset[str]

    def added(self) -> Sweep:
        """Give what the job adds, and what the set does, which wins."""
        sweep = Sweep([])
        for text, path in (self._texts[3], self._texts[2]):
            with placed(self.project, text, *path):
                sweep = sweep.replaced_by(Sweep.parse(text))
        return sweep

    def expanded(self, sweep: Sweep, limit: int) -> list[list[str]]:
        """Give the batches of one of its sweeps, each of single values.

        Raises:
            ProjectError, SweepSyntaxError: A value has several values in it (`|`), or
                there are too many.
        """
        try:
            batches = sweep.expand(limit)
            sweep.collect(limit)  # which takes no pipe
        except SweepSyntaxError as error:
            if error.text[error.column : error.column + 1] == "|":
                error = SweepSyntaxError(
                    f"'|' has no meaning in a job of {_A[self.job.mode]}, where every "
                    "combination is a run of its own",
                    error.text,
                    error.column,
                    "write a comma",
                )
            for text, path in self._texts:
                if text == error.text:
                    with placed(self.project, text, *path):
                        raise error from None
            raise error from None
        return list(batches)

    def where(self, word: str) -> Place | None:
        """Give the place of a word, or None where the command line says it."""
        key = _key(word)
        if key in self.overridden:
            return None
        pattern = re.compile(rf"(?<![\w.]){re.escape(key)}(?=[/=\s]|$)")
        for text, path in reversed(self._texts[:3]):
            if found := pattern.search(text):
                return self.project.place(*path, offset=found.start())
        text, path = self._texts[3]
        found = pattern.search(text)
        return self.project.place(*path, offset=found.start() if found else None)

    @property
    def _texts(self) -> list[tuple[str, tuple[str | int, ...]]]:
        own = ("jobs", self.job.name, "sets", self.number)
        return [
            (self.item.each, (*own, "each")),
            (self.item.all, (*own, "all")),
            (self.item.add, (*own, "add")),
            (self.job.add, ("jobs", self.job.name, "add")),
        ]


_A = {"operation": "an operation", "workflow": "a workflow"}


def _key(word: str) -> str:
    return word.partition("=")[0].lstrip("+~")
