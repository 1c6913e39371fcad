"""The combinations of a job of an operation or a workflow: each is a run of its own."""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple

from sweepflow.errors import PlanError
from sweepflow.jobs.parameters import key_of, read_sweeps
from sweepflow.jobs.written import WrittenSet
from sweepflow.sweep import DEFAULT_LIMIT, Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sweepflow.errors import Place
    from sweepflow.project import Job, Project


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
    sets: list[tuple[WrittenSet, list[Sweep]]] = []
    for n, item, each, swept in read_sweeps(project, job, overrides):
        one = WrittenSet(project, job, n, item, frozenset(written))
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
            by_key = {key_of(word): word for word in chain.from_iterable(batches)}
            words = tuple(by_key.values())
            found.setdefault(frozenset(words), Combination(words, one.where))
    return list(found.values())
