"""What a filter asks of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sweepflow.operations.filters.times import TimeRange
    from sweepflow.store.records import Json

TIMES: Final = frozenset({"started", "stopped"})
"""Attributes that are Unix times."""

DURATIONS: Final = frozenset({"duration", "time"})
"""Attributes that are seconds."""


class FilteredRun(Protocol):
    """A run, as far as filters see it."""

    def attribute(self, name: str) -> Json:
        """Give `op`, `operation`, `status`, `label`, `tags`, `started`… or None.

        Times are Unix times, durations seconds, `marked` a bool, `tags` a list.
        """
        ...

    @property
    def flags(self) -> Mapping[str, Json]: ...

    def scalar(self, name: str) -> float | None:
        """Give its last value."""
        ...


Filter: TypeAlias = "Callable[[FilteredRun], bool]"
"""Says of a run whether it passes."""


@dataclass(frozen=True, slots=True)
class Operand:
    """What a value is compared with.

    Args:
        value: None for `undefined`.
        word: As it was written; `yes` means the text too.
        range: What it means as a time, where it is compared with one.
    """

    value: Json
    word: str | None = None
    range: TimeRange | None = None

    def equals(self, value: Json) -> bool:
        if self.range is not None:
            return _is_number(value) and self.range.holds(value)
        if self.word is not None and isinstance(value, str):
            return value == self.word
        return bool(value == self.value)


def value_of(run: FilteredRun, name: str) -> Json:
    """Give an attribute, a flag or a scalar of a run, in this order, or None."""
    prefix, colon, rest = name.partition(":")
    if colon and prefix == "attr":
        return run.attribute(rest)
    if colon and prefix == "flag":
        return run.flags.get(rest)
    if colon and prefix == "scalar":
        return run.scalar(rest)
    value = run.attribute("tags" if name == "tag" else name)
    if value is None:
        value = run.flags.get(name)
    return run.scalar(name) if value is None else value


def equal(name: str, operands: Sequence[Operand]) -> Filter:
    """Whether a value is one of several; of `tag`, whether a run has one of them."""

    def test(run: FilteredRun) -> bool:
        value = value_of(run, name)
        values = value if name == "tag" and _is_list(value) else [value]
        return any(operand.equals(item) for item in values for operand in operands)

    return test


def equal_list(name: str, items: Sequence[Operand]) -> Filter:
    """Whether a value is this list."""

    def test(run: FilteredRun) -> bool:
        value = value_of(run, name)
        return (
            _is_list(value)
            and len(value) == len(items)
            and all(item.equals(part) for item, part in zip(items, value, strict=True))
        )

    return test


def ordered(name: str, sign: str, operand: Operand) -> Filter:
    """Whether a value is less or greater; nothing is so of another kind of value."""

    def test(run: FilteredRun) -> bool:
        value = value_of(run, name)
        if operand.range is not None:
            return _is_number(value) and operand.range.compare(sign, value)
        other = operand.value
        if _is_number(value) and _is_number(other):
            return _SIGNS[sign](value, other)
        if isinstance(value, str) and isinstance(other, str):
            return _SIGNS[sign](value, other)
        return False

    return test


def contains(name: str, operand: Operand) -> Filter:
    """Whether a text has another in it, in any case, or a list has an item."""

    def test(run: FilteredRun) -> bool:
        value = value_of(run, name)
        if value is None:
            return False
        if _is_list(value):
            return any(operand.equals(item) for item in value)
        wanted = operand.value if operand.word is None else operand.word
        return str(wanted).lower() in str(value).lower()

    return test


def shorthand(prefix: str, text: str) -> Filter | None:
    """Give what `op:train`, `label:x`, `tag:x` and `status:x` ask, if it is one."""
    operand = Operand(text)
    if prefix == "op":
        return either(equal("op", [operand]), equal("operation", [operand]))
    if prefix == "label":
        return contains("label", operand)
    return equal(prefix, [operand]) if prefix in {"tag", "status"} else None


def negated(test: Filter) -> Filter:
    return lambda run: not test(run)


def both(left: Filter, right: Filter) -> Filter:
    return lambda run: left(run) and right(run)


def either(left: Filter, right: Filter) -> Filter:
    return lambda run: left(run) or right(run)


_SIGNS: Final[dict[str, Callable[[Json, Json], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float)


def _is_list(value: Json) -> bool:
    return isinstance(cast("object", value), list | tuple)
