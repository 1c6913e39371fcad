"""What is searched: ranges and choices, from words, from defaults and from rules.

As in Guild, a search takes in flags that nobody gives a value for and that may only be
one of some choices, or lie between a least and a greatest number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sweepflow.errors import PlanError
from sweepflow.operations.expand.known import plain, sequence, written_range
from sweepflow.operations.expand.problems import Problems
from sweepflow.operations.flags.assignments import read_assignments
from sweepflow.operations.flags.ranges import make_range, read_range
from sweepflow.operations.flags.values import format_value
from sweepflow.search import Choices, Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.operations.expand.known import Known
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.flags import Flag
    from sweepflow.project.operations.models import Operation
    from sweepflow.search import Dimension
    from sweepflow.search.space import Value as Scalar

    Space = dict[str, Dimension]


@dataclass(frozen=True)
class Searched:
    """What is said for the flags of an operation.

    Args:
        operations: Where it is written.
        operation: The operation.
        known: Its flags.
        ranges: By the names of flags: from words, and from defaults.
        words: What is given for others, by their names.
        unsaid: The flags that nobody says anything of, but their file or script.
    """

    operations: Operations
    operation: Operation
    known: Known
    ranges: Mapping[str, Range]
    words: Mapping[str, str]
    unsaid: Sequence[Flag]

    @classmethod
    def read(
        cls,
        operations: Operations,
        operation: Operation,
        known: Known,
        words: Sequence[str],
    ) -> Searched:
        """Tell ranges from all else; the last word for a name wins.

        Raises:
            PlanError: A range has no meaning, or a flag is given twice.
        """
        problems = Problems()
        last: dict[str, Value] = {word.partition("=")[0]: word for word in words}
        named = cast("dict[str, str]", known.named(last))
        ranges: dict[str, Range] = {}
        for name, word in named.items():
            flag = known.flag(name)
            with problems.told(about=f"{name}="):
                text = word.partition("=")[2]
                if found := read_range(text, flag.type if flag else ""):
                    ranges[name] = found
        unsaid = [flag for flag in known.flags if flag.name not in named]
        for flag in unsaid:
            place = operations.place(operation, "flags", flag.name)
            with problems.told(place, f"{flag.name}="):
                if found := written_range(plain(flag.default), flag):
                    ranges[flag.name] = found
        problems.finish()
        others = {name: word for name, word in named.items() if name not in ranges}
        unsaid = [flag for flag in unsaid if flag.name not in ranges]
        return cls(operations, operation, known, ranges, others, unsaid)

    def space(self, *, force: bool = False) -> tuple[Space, list[str]]:
        """Give what is searched, by the names of flags, and the words that are fixed.

        Args:
            force: Whether flags may be what they otherwise may not.

        Raises:
            PlanError: There is nothing to search, or something that cannot be.
        """
        problems = Problems()
        flags = list(self.known.readable.values())
        values = read_assignments(self.words.values(), flags)
        space: Space = {}
        for name, found in self.ranges.items():
            with problems.told(about=f"{name}="):
                space[name] = found if force else self._allowed(name, found)
        for name, value in self.known.named(values).items():
            if isinstance(value, list):
                with problems.told(about=f"{name}="):
                    space[name] = _choices(value)
        fixed = [word for name, word in self.words.items() if name not in space]
        for flag in self.unsaid:
            place = self.operations.place(self.operation, "flags", flag.name)
            with problems.told(place, f"{flag.name}="):
                if dimension := _by_rule(flag):
                    space[flag.name] = dimension
        problems.finish()
        if not space:
            raise PlanError(
                f"there is nothing to search: no flag of {self.operation.full_name!r} "
                "has a range or several values",
                hint="give one of them a range, such as lr=[0.001:0.1]",
            )
        return dict(sorted(space.items())), fixed

    def _allowed(self, name: str, found: Range) -> Range:
        flag = self.known.flag(name)
        if self.known.is_source(name):
            raise PlanError(
                f"{found} is no run or path for what is required",
                hint="write those to try between brackets, such as [a,b]",
            )
        if flag and flag.choices and not flag.allow_other:
            written = ", ".join(format_value(one.value) for one in flag.choices)
            raise PlanError(
                f"{found} is a range, and the flag has choices",
                hint=f"leave it out to search among {written}",
            )
        return found


def _by_rule(flag: Flag) -> Dimension | None:
    """Give what a flag that nobody gives a value for may be, if that can be searched.

    Raises:
        PlanError: Its default is not, or is nothing to choose from.
    """
    default = sequence(plain(flag.default), flag)
    if isinstance(default, list):
        return _choices(default)
    if flag.choices:
        return _choices(one.value for one in flag.choices)
    if flag.min is None or flag.max is None:
        return None
    return make_range(
        flag.min,
        flag.max,
        default if isinstance(default, int | float) else None,
        log=flag.distribution == "log-uniform",
        flag_type=flag.type,
    )


def _choices(values: Iterable[Value]) -> Choices:
    """Give choices of these values, each once.

    Raises:
        PlanError: There is none, or it has parts.
    """
    once: dict[str, Scalar] = {}
    for value in values:
        if isinstance(value, list | dict):
            raise PlanError(
                f"{format_value(value)} cannot be a choice of a search",
                hint="write numbers or texts, or give the flag one value",
            )
        once.setdefault(format_value(value), value)
    if not once:
        raise PlanError("there is no value to choose", hint="write values, or a range")
    return Choices(tuple(once.values()))
