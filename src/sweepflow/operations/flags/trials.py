"""Several values for flags, as the trials of a batch."""

from __future__ import annotations

import itertools
import math
import sys
from bisect import bisect_right
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from sweepflow.errors import PlanError
from sweepflow.operations.flags.check import settle
from sweepflow.sweep import DEFAULT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sweepflow.operations.flags.model import FlagLike, Value


@dataclass(frozen=True)
class Trials:
    """The runs that were asked for.

    Args:
        batch: Whether several values were asked for, even if that is one run, or none;
            one row alone is not several.
        values: Those of all flags, for each run.
    """

    batch: bool
    values: tuple[dict[str, Value], ...]


def plan_trials(  # noqa: PLR0913 - what it may be told, each by its name
    flags: Sequence[FlagLike],
    given: Mapping[str, Value],
    folder: Path,
    limit: int = DEFAULT_LIMIT,
    *,
    rows: Sequence[Mapping[str, Value]] = ({},),
    most: int | None = None,
    seed: int | None = None,
) -> Trials:
    """Give the runs that some values of flags stand for: every combination of lists.

    The names of the flags order them, the last one fastest, however they were written.

    Args:
        flags: What the operation says about them; a default that is a list counts too.
        given: What the user gave.
        folder: What the paths of users are relative to.
        limit: Runs to allow.
        rows: Values that are given together, such as the lines of a file; those of
            `given` win over each of them.
        most: How many runs are drawn, in their order, where there are more.
        seed: What decides which; the same ones are drawn each time without it, too.

    Raises:
        PlanError: Flags are unknown, missing, or not what they may be in some of the
            runs, or there are too many. All of it is told.
    """
    grids = [_Grid.of(flags, {**row, **given}) for row in rows]
    settled: list[dict[str, Value]] = []
    problems: dict[str, None] = {}
    hint = None
    for trial in _trials(grids, limit, most, seed or 0):
        try:
            settled.append(settle(flags, trial, folder))
        except PlanError as error:
            problems |= dict.fromkeys(error.message.splitlines())
            hint = error.hint
    if problems:
        raise PlanError("\n".join(problems), hint=hint)
    is_batch = len(grids) != 1 or bool(grids[0].lists)
    return Trials(is_batch, tuple(settled))


@dataclass(frozen=True)
class _Grid:
    """Every combination of the values that are lists, beside those that are not."""

    given: Mapping[str, Value]
    lists: Mapping[str, list[Value]]

    @classmethod
    def of(cls, flags: Sequence[FlagLike], given: Mapping[str, Value]) -> _Grid:
        # What is unknown is told by `settle`, with all else that is wrong.
        values = dict(given)
        for flag in flags:
            if flag.name not in values and flag.alias not in values:
                values[flag.name] = flag.default
        lists = {
            name: several
            for name, several in sorted(values.items())
            if isinstance(several, list)
        }
        return cls(given, lists)

    @property
    def count(self) -> int:
        return math.prod(map(len, self.lists.values()))

    def at(self, index: int) -> dict[str, Value]:
        chosen: dict[str, Value] = {}
        for name, values in reversed([*self.lists.items()]):
            index, place = divmod(index, len(values))
            chosen[name] = values[place]
        return {**self.given, **chosen}


def _trials(
    grids: Sequence[_Grid], limit: int, most: int | None, seed: int
) -> Iterator[dict[str, Value]]:
    """Yield the trials of all grids, or those that are drawn."""
    starts = [0, *itertools.accumulate(grid.count for grid in grids)]
    count = starts[-1]
    indices: Sequence[int] = range(count)
    if most is not None and most < count <= sys.maxsize:
        count = most
        indices = sorted(Random(seed).sample(indices, most))  # noqa: S311 - no secret
    if count > limit:
        names = sorted({name for grid in grids for name in grid.lists})
        raise PlanError(
            f"{count:,} runs are more than the limit of {limit:,}",
            hint=f"give fewer values for {', '.join(names)}" if names else None,
        )
    for index in indices:
        which = bisect_right(starts, index) - 1
        yield grids[which].at(index - starts[which])
