"""What a user gave for flags, made complete and checked."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from sweepflow.errors import PlanError
from sweepflow.operations.flags.model import TEXT_TYPES
from sweepflow.operations.flags.split import split_text
from sweepflow.operations.flags.types import as_type
from sweepflow.operations.flags.values import format_value, parse_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.operations.flags.model import ChoiceLike, FlagLike, Value


def settle(
    flags: Sequence[FlagLike], given: Mapping[str, Value], folder: Path
) -> dict[str, Value]:
    """Give the values of all flags for one run.

    Args:
        flags: What the operation says about them.
        given: What the user gave; a flag that is not in it has its default.
        folder: What the paths of users are relative to.

    Raises:
        PlanError: A flag is unknown, missing, or not what it may be. All of it is told.
    """
    problems: list[str] = []
    named = by_name(flags, given, problems)
    settled = _Settled(flags, named, folder, problems)
    if problems:
        raise PlanError("\n".join(problems), hint=settled.hint)
    return settled.values


def by_name(
    flags: Sequence[FlagLike], given: Mapping[str, Value], problems: list[str]
) -> dict[str, Value]:
    """Give the values by the names of their flags, where an alias was used."""
    names = {flag.alias: flag.name for flag in flags if flag.alias}
    names |= {flag.name: flag.name for flag in flags}
    named: dict[str, Value] = {}
    for written, value in given.items():
        name = names.get(written)
        if name is None:
            nearest = difflib.get_close_matches(written, names, n=1)
            meant = f": did you mean {nearest[0]!r}?" if nearest else ""
            problems.append(f"unknown flag {written!r}{meant}")
        elif name in named:
            problems.append(f"flag {name!r} is given twice, as {written!r} too")
        else:
            named[name] = value
    return named


class _Settled:
    """The values of one run while they are worked out.

    Attributes:
        values: By name, in the order of the flags.
        hint: What the operation has, for an error.
    """

    def __init__(
        self,
        flags: Sequence[FlagLike],
        given: Mapping[str, Value],
        folder: Path,
        problems: list[str],
    ) -> None:
        self._flags = {flag.name: flag for flag in flags}
        self._given = given
        self._problems = problems
        self._folder = folder
        self.values: dict[str, Value] = {
            flag.name: given.get(flag.name, flag.default) for flag in flags
        }
        self.hint = (
            f"the flags are {', '.join(self._flags)}"
            if self._flags
            else "the operation has no flags"
        )
        self._choose()
        for flag in flags:
            self._check(flag)

    def _choose(self) -> None:
        """Put the values of choices for their aliases, and add what they imply."""
        waiting = list(self._flags)
        implied: set[str] = set()
        while waiting:
            flag = self._flags[waiting.pop(0)]
            choice = _choice(flag, self.values[flag.name])
            if choice is None:
                continue
            self.values[flag.name] = choice.value
            for name, value in choice.flags.items():
                if name not in self._flags:
                    self._problems.append(
                        f"{flag.name}={format_value(choice.value)} implies a value of "
                        f"{name!r}, which is no flag"
                    )
                elif name not in implied and self._given.get(name) is None:
                    self.values[name] = value
                    implied.add(name)
                    waiting.append(name)

    def _check(self, flag: FlagLike) -> None:
        value = self.values[flag.name]
        if flag.arg_split and flag.type and isinstance(value, (bool, int, float)):
            # Text always, lest its type depends on how many parts there are.
            value = self.values[flag.name] = format_value(value)
        if flag.required and (value is None or value == ""):
            self._problems.append(f"flag {flag.name!r} needs a value")
            return
        try:
            if flag.arg_split and isinstance(value, str):
                for part in split_text(value, flag.arg_split):
                    self._allowed(flag, parse_value(part, flag.type, sweeps=False))
            else:
                self.values[flag.name] = self._allowed(flag, value)
        except (ValueError, PlanError) as error:
            written = f"{flag.name}={format_value(value)}"
            self._problems.append(f"{written}: {error}")

    def _allowed(self, flag: FlagLike, value: Value) -> Value:
        """Give `value` as one of its flag's type.

        Raises:
            ValueError: It is not what the flag may be.
        """
        typed = as_type(value, flag.type, self._folder)
        if typed is None or value == "":
            return typed
        if flag.choices and not flag.allow_other and _choice(flag, value) is None:
            raise ValueError(_is_no_choice(flag, value))
        if flag.min is not None and not _is_number(typed) >= flag.min:
            raise ValueError(f"is less than {format_value(flag.min)}")
        if flag.max is not None and not _is_number(typed) <= flag.max:
            raise ValueError(f"is greater than {format_value(flag.max)}")
        return typed


def _is_number(value: Value) -> float:
    """Give the value, which is to be compared.

    Raises:
        ValueError: It is no number.
    """
    if isinstance(value, (int, float)):
        return value
    raise ValueError("is no number, and has a least or a greatest value")


def _choice(flag: FlagLike, value: Value) -> ChoiceLike | None:
    """Give the choice that a value or an alias stands for, if any."""
    if value is None:
        return None
    written = _written(value)
    for choice in flag.choices:
        if choice.alias and choice.alias == written:
            return choice
    for choice in flag.choices:
        if choice.value == value:
            return choice
    if flag.type in TEXT_TYPES:  # whose choices may be written as numbers
        for choice in flag.choices:
            if format_value(choice.value) == written:
                return choice
    return None


def _is_no_choice(flag: FlagLike, value: Value) -> str:
    known = [
        name
        for choice in flag.choices
        for name in (choice.alias, _written(choice.value))
        if name
    ]
    nearest = difflib.get_close_matches(_written(value), known, n=1)
    meant = f"; did you mean {nearest[0]!r}?" if nearest else ""
    return f"is none of {', '.join(known)}{meant}"


def _written(value: Value) -> str:
    return value if isinstance(value, str) else format_value(value)
