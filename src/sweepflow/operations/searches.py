"""From what a user of an operation says to a search for the best values of flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.errors import PlanError, SweepflowError
from sweepflow.operations.compare import columns
from sweepflow.operations.expand import expand
from sweepflow.operations.expand.catalog import Catalog
from sweepflow.operations.expand.problems import Problems
from sweepflow.operations.flags.values import format_value
from sweepflow.operations.optimizers import IMPLIED, choose
from sweepflow.operations.search_space import Searched
from sweepflow.search import DEFAULT_TRIALS, Search, extremes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.errors import Place
    from sweepflow.project.models import Direction
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.search.space import Value as Scalar

_DEFAULT_OBJECTIVE: Final = "loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """What a user says of a search, besides the flags.

    Args:
        optimizer: The name of one of the operation's, or of an algorithm.
        optimize: Whether to use the operation's default optimizer.
        minimize: The column that is to be small; it wins over the operation's own.
        maximize: The column that is to be great; likewise.
        opt_flags: `NAME=VALUE` for flags of the optimizer.
        max_trials: How many are tried.
        random_seed: What all chance comes from.
    """

    optimizer: str | None = None
    optimize: bool = False
    minimize: str | None = None
    maximize: str | None = None
    opt_flags: Sequence[str] = ()
    max_trials: int | None = None
    random_seed: int | None = None

    @property
    def asks(self) -> bool:
        """Whether they ask for a search, even without a range."""
        return self.optimize or self.optimizer is not None

    def check(self, *, is_search: bool) -> None:
        """See that they can be had together.

        Raises:
            PlanError: They cannot, or there is no search that they could be for.
        """
        given = {
            "--minimize": self.minimize is not None,
            "--maximize": self.maximize is not None,
            "--opt-flag": bool(self.opt_flags),
        }
        if not is_search and any(given.values()):
            names = " and ".join(name for name, is_given in given.items() if is_given)
            raise PlanError(
                f"{names} is for a search, and nothing is to be searched",
                hint="give a flag a range, such as lr=[0.001:0.1], or write --optimize",
            )
        for one, other, both in (
            ("--minimize", "--maximize", given["--minimize"] and given["--maximize"]),
            ("--optimize", "--optimizer", self.optimize and self.optimizer is not None),
        ):
            if both:
                raise PlanError(
                    f"{one} and {other} exclude each other", hint="keep one"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSearch:
    """A search for the best values of an operation's flags.

    Args:
        search: Its space has the names of the flags.
        words: `NAME=VALUE` for what is not searched, as the user wrote it.
        notes: What a user should know, a line each.
    """

    search: Search
    words: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @staticmethod
    def trial(values: Mapping[str, Scalar]) -> list[str]:
        """Give the words from which `expand` reads exactly these values."""
        return [f"{name}={format_value(value)}" for name, value in values.items()]


def search_of(  # noqa: PLR0913 -- what a user may say, each by its name
    operations: Operations,
    operation: Operation,
    words: Sequence[str],
    options: SearchOptions,
    *,
    folder: Path,
    force_flags: bool = False,
    batch_files: Sequence[str] = (),
) -> OperationSearch | None:
    """Give the search that a user asks for; None where nothing asks for one.

    A range among the values of flags asks for one, and so does an optimizer.

    Args:
        operations: Where steps are looked for.
        operation: What is to run.
        words: As for `expand`, and with ranges.
        options: What else the user says.
        folder: What the user's paths are relative to.
        force_flags: As for `expand`.
        batch_files: Likewise; a search can have none.

    Raises:
        PlanError: Something is wrong with what was said. Otherwise its trials will not
            be refused by `expand`.
    """
    known = Catalog(operations, Problems()).known(operation)
    if known is None:
        return None  # `expand` tells why
    searched = Searched.read(operations, operation, known, words)
    is_search = options.asks or bool(searched.ranges)
    options.check(is_search=is_search)
    if not is_search:
        return None
    if batch_files:
        raise PlanError(
            f"a search chooses its trials, and @{batch_files[0]} has some, too",
            hint="leave the file out, or the ranges and the optimizer",
        )
    name = None if options.optimize else options.optimizer or IMPLIED
    optimizer = choose(operations, operation, name, options.opt_flags)
    metric, direction = objective(operations, operation, options)
    space, fixed = searched.space(force=force_flags)
    trials = [OperationSearch.trial(values) for values in extremes(space)]
    expand(
        operations,
        operation,
        fixed,
        folder=folder,
        force_flags=force_flags,
        trials=trials,
    )
    search = Search(
        space=space,
        metric=metric,
        direction=direction,
        trials=options.max_trials or operation.default_max_trials or DEFAULT_TRIALS,
        sampler=optimizer.sampler,
        pruner=optimizer.pruner,
        startup=optimizer.startup,
        seed=options.random_seed or 0,
        at_once=optimizer.at_once,
    )
    return OperationSearch(search=search, words=tuple(fixed), notes=optimizer.notes)


def objective(
    operations: Operations, operation: Operation, options: SearchOptions
) -> tuple[str, Direction]:
    """Give the metric of a search, and which of its values are better.

    Raises:
        PlanError: It is no number that a run ends with.
    """
    if options.maximize is not None:
        return _metric(options.maximize), "maximize"
    if options.minimize is not None:
        return _metric(options.minimize), "minimize"
    own = operation.objective
    if own is None:
        return _DEFAULT_OBJECTIVE, "minimize"
    place = operations.place(operation, "objective")
    metric = _metric(own.minimize or own.maximize, place)
    return metric, "minimize" if own.minimize else "maximize"


def _metric(text: str, place: Place | None = None) -> str:
    try:
        column, *more = columns([text])
    except SweepflowError as error:
        raise PlanError(error.message, place=place, hint=error.hint) from None
    if column.kind != "scalar" or column.qualifier != "last" or column.step or more:
        raise PlanError(
            f"a search cannot go by {text!r}: it goes by the last value of a number",
            place=place,
            hint="name one that the command prints, such as loss, or evaluate#loss "
            "for that of a step",
        )
    step, sign, name = column.name.rpartition("#")
    return f"{step}.{name}" if sign and step else name
