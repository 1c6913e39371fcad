"""Several values for flags, as the trials of a batch."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.errors import PlanError
from sweepflow.operations.flags.check import settle
from sweepflow.sweep import DEFAULT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.operations.flags.model import FlagLike, Value


@dataclass(frozen=True)
class Trials:
    """The runs that were asked for.

    Args:
        batch: Whether several values were asked for, even if that is one run, or none.
        values: Those of all flags, for each run.
    """

    batch: bool
    values: tuple[dict[str, Value], ...]


def plan_trials(
    flags: Sequence[FlagLike],
    given: Mapping[str, Value],
    folder: Path,
    limit: int = DEFAULT_LIMIT,
) -> Trials:
    """Give the runs that some values of flags stand for: every combination of lists.

    The names of the flags order them, the last one fastest, however they were written.

    Args:
        flags: What the operation says about them; a default that is a list counts too.
        given: What the user gave.
        folder: What the paths of users are relative to.
        limit: Runs to allow.

    Raises:
        PlanError: Flags are unknown, missing, or not what they may be in some of the
            runs, or there are too many. All of it is told.
    """
    # What is unknown is told by `settle`, with all else that is wrong.
    values = dict(given)
    for flag in flags:
        if flag.name not in values and flag.alias not in values:
            values[flag.name] = flag.default
    lists = {
        name: several for name, several in values.items() if isinstance(several, list)
    }
    names = sorted(lists)
    count = math.prod(len(lists[name]) for name in names)
    if count > limit:
        raise PlanError(
            f"{count:,} runs are more than the limit of {limit:,}",
            hint=f"give fewer values for {', '.join(names)}",
        )
    settled: list[dict[str, Value]] = []
    problems: dict[str, None] = {}
    hint = None
    for chosen in itertools.product(*(lists[name] for name in names)):
        trial = {**given, **dict(zip(names, chosen, strict=True))}
        try:
            settled.append(settle(flags, trial, folder))
        except PlanError as error:
            problems |= dict.fromkeys(error.message.splitlines())
            hint = error.hint
    if problems:
        raise PlanError("\n".join(problems), hint=hint)
    return Trials(bool(lists), tuple(settled))
