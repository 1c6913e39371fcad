"""A step as far as its file tells, whatever the values of its parent are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.errors import PlanError
from sweepflow.operations.expand.known import sequence
from sweepflow.operations.flags.references import references, resolve
from sweepflow.operations.flags.values import parse_value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sweepflow.errors import Place
    from sweepflow.operations.expand.known import Known
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.flags import Flag
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.steps import StepEntry


@dataclass(frozen=True)
class Written:
    """A value that a step has for a flag.

    Args:
        value: With references to the parent's flags.
        place: Where it is written.
        flag: The flag, if there is such a one.
        is_unread: Whether it is text that can be read only without its references,
            as `log(${low}:1:3)`.
        is_of_file: Whether it is a value of the file, and not the text of a step.
    """

    value: Value
    place: Place
    flag: Flag | None
    is_unread: bool = False
    is_of_file: bool = False

    @classmethod
    def of_text(
        cls, text: str, place: Place, flag: Flag | None, *, sweeps: bool
    ) -> Written:
        """Read what stands behind `NAME=`.

        Args:
            text: That.
            place: Where.
            flag: The flag, if there is such a one.
            sweeps: Whether it may be a sweep expression.

        Raises:
            PlanError: It has no meaning, whatever its references stand for.
        """
        kind = flag.type if flag else ""
        sweeps = sweeps and not (flag and flag.arg_split)
        try:
            value = parse_value(text, kind, sweeps=sweeps)
        except PlanError:
            if not references(text):
                raise
            return cls(text, place, flag, is_unread=True)
        return cls(value, place, flag)

    def filled(self, scope: Mapping[str, Value]) -> Value:
        """The value with what its references stand for.

        Raises:
            PlanError: They stand for nothing or for themselves, or what comes out has
                no meaning.
        """
        value = resolve(self.value, scope)
        if not isinstance(value, str):
            return value
        if self.is_unread:
            return parse_value(value, self.flag.type if self.flag else "")
        names = references(self.value)
        is_whole = names and self.value == f"${{{names[0]}}}"
        return sequence(value, self.flag) if self.is_of_file and not is_whole else value


@dataclass(frozen=True)
class Link:
    """A step of an operation.

    Args:
        name: Of the link to its run.
        entry: As the file has it.
        operation: What it runs.
        known: The flags of that.
        index: Which step of its parent it is.
        place: Where it is written.
        given: The values that it has for flags.
        rows: The trials of its files; without files one, which gives nothing.
    """

    name: str
    entry: StepEntry
    operation: Operation
    known: Known
    index: int
    place: Place
    given: Mapping[str, Written]
    rows: Sequence[Mapping[str, Value]]

    @property
    def about(self) -> str:
        """What a message on it begins with."""
        return f"step {self.name!r}: "

    def overriding(self, flags: Collection[str]) -> dict[str, str]:
        """Give which flags of the parent, `MODEL:OP:flag` or `STEP:flag`, are for it.

        Args:
            flags: Those of the parent.

        Returns:
            Of each by which a flag of its own gets its value, the name, by that of its
            own.
        """
        found: dict[str, str] = {}
        for of in (self.operation.full_name, self.entry.name or self.entry.operation):
            for full in flags:
                own = full.removeprefix(f"{of}:")
                if own and own != full:
                    found.setdefault(self.known.name(own), full)
        return found
