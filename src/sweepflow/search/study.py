"""A search as a conversation with Optuna: what to try next, and what came of it.

Nothing of it is stored: all that it says follows from the seed and from what it was
told. So a search that is begun again says the same, and who runs the trials takes what
is known already from the ledger.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.search.samplers import make_pruner, make_sampler
from sweepflow.search.space import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from optuna import Trial as OptunaTrial
    from optuna.distributions import BaseDistribution

    from sweepflow.search.definition import Search
    from sweepflow.search.space import Dimension, Value

_DIGITS: Final = 6
_WIDE: Final = 1.01
"""How many times as large as its lower end the upper end of a range is, at least, if
such digits are to tell its numbers apart."""

PRUNED: Final = "pruned: "
"""What the error of a run that was ended for its values begins with."""


def is_pruned(error: str | None) -> bool:
    """Say whether an error is that of a run which was ended for its values."""
    return error is not None and error.startswith(PRUNED)


@dataclass(frozen=True, slots=True)
class Trial:
    """Values to be tried.

    Args:
        number: From 1 on.
        params: The values by the names of the parameters.
    """

    number: int
    params: Mapping[str, Value]


class Study:
    """Chooses trials, and learns from them.

    Args:
        search: What is searched, and how.

    Attributes:
        metric: As for `Search`.
        prunes: Whether trials may end before their time.

    Raises:
        MissingExtraError: The sampler needs a package that is not installed.
    """

    def __init__(self, search: Search) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.filterwarnings(
            "ignore", category=optuna.exceptions.ExperimentalWarning
        )
        # It stores nothing, so a list may be a choice too.
        warnings.filterwarnings("ignore", "Choices for a categorical distribution")
        self.metric = search.metric
        self.prunes = search.pruner is not None
        self._dimensions = search.space
        self._space = {key: _distribution(one) for key, one in search.space.items()}
        self._study = optuna.create_study(
            direction=search.direction,
            sampler=make_sampler(search),
            pruner=make_pruner(search),
        )
        first = {k: d.first for k, d in search.space.items() if d.first is not None}
        if first:
            self._study.enqueue_trial(first)
        self._asked: dict[int, OptunaTrial] = {}
        self._steps: dict[int, int] = {}
        self._pruned: dict[int, str] = {}

    def ask(self) -> Trial:
        """Give what to try next."""
        asked = self._study.ask(self._space)
        number = asked.number + 1
        self._asked[number] = asked
        chosen = asked.params.items()
        return Trial(number, {k: _readable(v, self._dimensions[k]) for k, v in chosen})

    def watch(self, number: int, value: float, step: int | None = None) -> str | None:
        """Hear a value that a trial gave on its way; say why it is to end, if it is.

        Args:
            number: Of the trial.
            value: Of the metric.
            step: At which it was; one that does not grow counts as the next.
        """
        if number in self._pruned:
            return self._pruned[number]
        last = self._steps.get(number, -1)
        at = step if step is not None and step > last else last + 1
        self._steps[number] = at
        if math.isfinite(value):
            self._asked[number].report(value, at)
            if self._asked[number].should_prune():
                reason = f"{PRUNED}{self.metric} was {value:g} at step {at}"
                self._pruned[number] = reason
        return self._pruned.get(number)

    def replay(self, number: int, points: Iterable[tuple[int, float]]) -> None:
        """Hear what a trial gave, where that could not be heard while it ran."""
        if number not in self._steps:
            for step, value in points:
                self.watch(number, value, step)

    def give_up(self, number: int, reason: str) -> None:
        """Take a trial for one that is to end, or was ended, before its time."""
        self._pruned.setdefault(number, reason)

    def pruned(self, number: int) -> str | None:
        """Say why a trial is to end before its time, or was; None where it is not."""
        return self._pruned.get(number)

    def tell(self, number: int, value: float | None) -> None:
        """Learn from a trial.

        Args:
            number: Of the trial.
            value: What came out; None where nothing did. A trial that was to be pruned
                counts as that, even if it had ended before somebody could.
        """
        from optuna.trial import TrialState

        asked = self._asked[number]
        if number in self._pruned:
            self._study.tell(asked, state=TrialState.PRUNED)
        elif value is None or not math.isfinite(value):
            self._study.tell(asked, state=TrialState.FAIL)
        else:
            self._study.tell(asked, value)


def _distribution(one: Dimension) -> BaseDistribution:
    from optuna import distributions

    if not isinstance(one, Range):
        return distributions.CategoricalDistribution(one.values)
    with warnings.catch_warnings():
        # That the last number is below the end of the range, where steps do not fit.
        warnings.simplefilter("ignore", UserWarning)
        if one.is_whole:
            step = 1 if one.step is None else int(one.step)
            return distributions.IntDistribution(
                int(one.low), int(one.high), log=one.log, step=step
            )
        return distributions.FloatDistribution(
            one.low, one.high, log=one.log, step=one.step
        )


def _readable(value: Value, one: Dimension) -> Value:
    """Give a number with as many digits as people read, as in a sweep expression.

    To Optuna, which knows all of them, the difference is none.
    """
    if not isinstance(value, float) or not isinstance(one, Range):
        return value
    size = value if one.log else one.step or one.high - one.low
    if not size or (one.log and one.high < _WIDE * one.low):
        return value
    rounded = round(value, _DIGITS - 1 - math.floor(math.log10(abs(size))))
    return float(min(max(rounded, one.low), one.high))
