"""The flags of an operation, as users may write them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from sweepflow.errors import PlanError
from sweepflow.operations.flags.model import TEXT_TYPES
from sweepflow.operations.flags.ranges import read_range
from sweepflow.operations.flags.sequences import read_sequence
from sweepflow.operations.flags.values import format_value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sweepflow.operations.flags.destinations import Destination
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.flags import Flag
    from sweepflow.project.operations.requirements import Requirement
    from sweepflow.search import Range


@dataclass(frozen=True)
class Known:
    """The flags of an operation, and the names of what it requires.

    Args:
        flags: Of its file and of its script.
        destination: Where their values go.
        requires: For each requirement, the names by which a user gives another source.
    """

    flags: tuple[Flag, ...]
    destination: Destination
    requires: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def readable(self) -> dict[str, Flag]:
        """All that a user may give a value for, by name."""
        sources = {name: _text(name) for names in self.requires for name in names}
        return sources | {flag.name: flag for flag in self.flags}

    def flag(self, written: str) -> Flag | None:
        """What of all that is meant by a name or an alias."""
        return self.readable.get(written) or self._aliases.get(written)

    def name(self, written: str) -> str:
        """The name of a flag for which an alias may be written."""
        flag = self.flag(written)
        return flag.name if flag else written

    def is_source(self, name: str) -> bool:
        """Whether a name is that of a requirement, and of no flag."""
        return name in self.readable and name not in self._own

    def named(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """Values by the names of their flags, where aliases are written.

        Raises:
            PlanError: A flag is given twice.
        """
        named: dict[str, Value] = {}
        for written, value in given.items():
            name = self.name(written)
            if name in named:
                raise PlanError(f"flag {name!r} is given twice, as {written!r} too")
            named[name] = value
        return named

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(flag.name for flag in self.flags)

    @cached_property
    def _aliases(self) -> dict[str, Flag]:
        return {flag.alias: flag for flag in self.flags if flag.alias}

    def settling(self, names: Collection[str]) -> list[Flag]:
        """The flags that get values where a user gives some for these names.

        Raises:
            PlanError: Two of the names are for one requirement.
        """
        sources: dict[str, Flag] = {}
        for of_one in self.requires:
            given = [name for name in of_one if name in names and self.is_source(name)]
            if len(given) > 1:
                raise PlanError(
                    f"{' and '.join(map(repr, given))} are for the same requirement",
                    hint="give one of them",
                )
            sources |= {name: self.readable[name] for name in given}
        return [*self.flags, *sources.values()]

    def sources(self, values: Mapping[str, Value]) -> dict[str, str]:
        """What a user, or the default of a flag, names for requirements."""
        names = (name for of_one in self.requires for name in of_one)
        given = {name: values[name] for name in names if name in values}
        return {
            name: value if isinstance(value, str) else format_value(value)
            for name, value in given.items()
            if value not in (None, "")
        }


def source_names(requirement: Requirement) -> tuple[str, ...]:
    """The names by which a user gives a run, a file or an address for a requirement.

    What is no operation must have been given a name for it.
    """
    if requirement.kind == "operation":
        return requirement.flags
    named = requirement.flag_name or requirement.name
    return (named,) if named and requirement.kind != "module" else ()


def with_sequence(flag: Flag) -> Flag:
    """The flag with the values that its default, such as `range[0:1:0.5]`, stands for.

    Raises:
        PlanError: It is a range to search in, or has no meaning.
    """
    default = sequence(plain(flag.default), flag)
    return (
        flag
        if default is flag.default
        else flag.model_copy(update={"default": default})
    )


def sequence(value: Value, flag: Flag | None) -> Value:
    """The values that a text in a file, such as `range[0:1:0.5]`, stands for.

    Raises:
        PlanError: It is a range to search in, or has no meaning.
    """
    if not isinstance(value, str) or (flag and flag.type in TEXT_TYPES):
        return value
    numbers = read_sequence(value)
    return value if numbers is None else [*numbers]


def written_range(value: Value, flag: Flag | None) -> Range | None:
    """The range to search in that a text in a file stands for, if it does.

    Raises:
        PlanError: It was meant to be one, and has no meaning.
    """
    if not isinstance(value, str) or (flag and flag.type in TEXT_TYPES):
        return None
    return read_range(value, flag.type if flag else "")


def plain(value: Any) -> Value:  # noqa: ANN401 - whatever YAML has
    """A value of a file, with what YAML takes for a date as the text that it is."""
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        return {name: plain(one) for name, one in inner.items()}
    if isinstance(value, list):
        return [plain(one) for one in cast("list[Any]", value)]
    return str(value) if isinstance(value, dt.date) else value


def _text(name: str) -> Flag:
    from sweepflow.project.operations.flags import Flag

    return Flag(name=name, type="string")
