"""Optimizers by Guild's names and ours: which sampler each is, and what it may be told.

Scikit-optimize, which Guild has, is not maintained any more. What it has no counterpart
for in Optuna is told, and not silently something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.errors import PlanError
from sweepflow.operations.flags.assignments import read_assignments
from sweepflow.operations.flags.values import format_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.errors import Place
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.models import Pruner, Sampler
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation

DEFAULT: Final = "gp"
"""For `--optimize`, where an operation names none."""

IMPLIED: Final = "random"
"""For a range where nobody asks for an optimizer."""

_SAMPLERS: Final[dict[str, Sampler]] = {
    "random": "random",
    "gp": "gp",
    "bayesian": "gp",
    "gaussian": "gp",
    "forest": "tpe",
    "gbrt": "tpe",
    "tpe": "tpe",
    "qmc": "qmc",
    "cmaes": "cmaes",
}
_PRUNERS: Final[tuple[Pruner, ...]] = ("median", "halving", "hyperband")
_COUNTS: Final = {"startup": 0, "random-starts": 0, "at-once": 1}
_WITHOUT_EFFECT: Final = frozenset({"acq-func", "kappa", "noise", "prev-trials", "xi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """An optimizer, in the words of a `Search`.

    Args:
        notes: What has no effect, or is done otherwise.
    """

    sampler: Sampler
    pruner: Pruner | None
    startup: int | None
    at_once: int
    notes: tuple[str, ...]


def choose(
    operations: Operations,
    operation: Operation,
    name: str | None,
    words: Sequence[str],
) -> Chosen:
    """Give the optimizer of a name, with the flags that it is given.

    Args:
        operations: Where the operation is written.
        operation: Its own optimizers come first.
        name: None for its default one.
        words: `NAME=VALUE` for flags of the optimizer; they win over the file.

    Raises:
        PlanError: There is no such optimizer, or a flag of it has no meaning.
    """
    if name is None:
        name = _default(operations, operation)
    place = operations.place(operation, "optimizers", name)
    own = operation.optimizers.get(name)
    notes: list[str] = []
    algorithm = own.algorithm if own else name
    sampler = _SAMPLERS.get(algorithm.removeprefix("skopt:"))
    if sampler is None:
        raise _unknown(algorithm, operation, place if own else None)
    if algorithm.endswith(("forest", "gbrt")):
        notes.append(f"there is no optimizer {algorithm}: tpe, the nearest, is used")
    flags = _Flags()
    for flag, value in (own.flags if own else {}).items():
        at = operations.place(operation, "optimizers", name, "flags", flag)
        flags.take(flag, value, at)
    for flag, value in read_assignments(words).items():
        flags.take(flag, value)
    return Chosen(
        sampler=sampler,
        pruner=flags.pruner,
        startup=flags.startup,
        at_once=flags.at_once,
        notes=(*notes, *flags.notes),
    )


def _default(operations: Operations, operation: Operation) -> str:
    names = list(operation.optimizers)
    if len(names) > 1:
        names = [name for name in names if operation.optimizers[name].default]
    if names:
        return names[0]
    if operation.optimizers:
        raise PlanError(
            f"{operation.full_name!r} has several optimizers, and none is the default",
            place=operations.place(operation, "optimizers"),
            hint=f"write default: yes for one, or --optimizer with "
            f"{' or '.join(operation.optimizers)}",
        )
    return DEFAULT


def _unknown(name: str, operation: Operation, place: Place | None) -> PlanError:
    known = dict.fromkeys((*operation.optimizers, *_SAMPLERS))
    if place:  # it stands in the operation's own
        known = dict.fromkeys(_SAMPLERS)
    return PlanError(
        f"there is no optimizer {name!r}",
        place=place,
        hint=f"there are {', '.join(known)}",
    )


class _Flags:
    """The flags of an optimizer while they are read."""

    def __init__(self) -> None:
        self.pruner: Pruner | None = None
        self.startup: int | None = None
        self.at_once = 1
        self.notes: dict[str, None] = {}

    def take(self, flag: str, value: Value, place: Place | None = None) -> None:
        """Take the value of a flag; a later one wins.

        Raises:
            PlanError: There is no such flag, or it cannot have this value.
        """
        name = flag.replace("_", "-")
        if name in _WITHOUT_EFFECT:
            self.notes[f"the optimizer's flag {flag} has no effect"] = None
        elif name in _COUNTS:
            self._count(name, value, place)
        elif name == "pruner":
            self.pruner = _pruner(value, place)
        else:
            names = ", ".join(sorted((*_COUNTS, *_WITHOUT_EFFECT, "pruner")))
            raise PlanError(
                f"the optimizer has no flag {flag!r}",
                place=place,
                hint=f"there are {names}",
            )

    def _count(self, name: str, value: Value, place: Place | None) -> None:
        least = _COUNTS[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise PlanError(
                f"the optimizer's {name}={format_value(value)} is no number of trials",
                place=place,
                hint=f"write a whole number, {least} or more",
            )
        if name == "at-once":
            self.at_once = value
        else:
            self.startup = value


def _pruner(value: Value, place: Place | None) -> Pruner | None:
    if value is None or value is False:
        return None
    for pruner in _PRUNERS:
        if pruner == value:
            return pruner
    raise PlanError(
        f"there is no pruner {format_value(value)}",
        place=place,
        hint=f"there are {', '.join(_PRUNERS)}",
    )
