"""The words of an expression: what each does to a key, and to the grid."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import TYPE_CHECKING

from sweepflow.sweep.errors import SweepSyntaxError
from sweepflow.sweep.numbers import read_exponent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Final, TypeAlias

    from sweepflow.sweep.values import Element

    Word: TypeAlias = "Override | Fixed"


class Fixed:
    """A word that stands for itself: `~key`, or an option such as `--multirun`.

    Attributes:
        keys: The one key, without prefix; for an option, what stands before its `=`.
        count: 1, the number of batches.
        size: 1, the number of values.
        text: The whole expression.
        column: Where in `text` the word begins.
    """

    count = 1
    size = 1

    def __init__(self, word: str, key: str, *, text: str, column: int) -> None:
        self.keys: Final = (key,)
        self.text: Final = text
        self.column: Final = column
        self._word = word

    def __iter__(self) -> Iterator[str]:
        yield self._word

    def collected(self) -> str:
        return self._word

    def without(self, keys: Collection[str]) -> Fixed | None:
        return None if self.keys[0] in keys else self


class Assignment:
    """A key and its lists of values: one list, or one for each pipe.

    Attributes:
        prefix: `+`, `++`, `~` or nothing.
    """

    def __init__(
        self, prefix: str, written_key: str, lists: Sequence[Sequence[Element]]
    ) -> None:
        self.prefix: Final = prefix
        self.lists: Final = lists
        self._written_key = written_key

    @property
    def key(self) -> str:
        """The key without its prefix and without a suffix that scales its values."""
        return self._key_and_power[0]

    @property
    def size(self) -> int:
        """The number of values in all lists."""
        return sum(element.count for elements in self.lists for element in elements)

    def values(self, elements: Sequence[Element]) -> Iterator[str]:
        """Yield the values of one of the lists."""
        _, power = self._key_and_power
        return itertools.chain.from_iterable(e.printed(power) for e in elements)

    def single(self) -> Iterator[str]:
        """Yield an override for each value."""
        head = f"{self.prefix}{self.key}="
        for elements in self.lists:
            for value in self.values(elements):
                yield head + value

    def joined(self) -> Iterator[str]:
        """Yield an override for each list."""
        for elements in self.lists:
            yield f"{self.prefix}{self.key}={','.join(self.values(elements))}"

    @cached_property
    def _key_and_power(self) -> tuple[str, int]:
        """The key, and the power of ten of its suffix if it has one.

        `lr/m=1` scales a number; `optimizer/m=adam` chooses from a config group.
        """
        name, _, suffix = self._written_key.rpartition("/")
        power = read_exponent(suffix) if name else None
        if power is None or not all(e.is_numeric() for es in self.lists for e in es):
            return self._written_key, 0
        return name, power


class Override:
    """A word `key=values`, or several of them with pipes between.

    Attributes:
        text: The whole expression.
        column: Where in `text` the word begins.
    """

    def __init__(
        self,
        assignments: Sequence[Assignment],
        *,
        pipe: int | None,
        text: str,
        column: int,
    ) -> None:
        self.text: Final = text
        self.column: Final = column
        self._assignments = assignments
        self._pipe = pipe

    @property
    def keys(self) -> tuple[str, ...]:
        """Each key that the word sets, without prefix and scaling suffix."""
        return tuple(assignment.key for assignment in self._assignments)

    @property
    def size(self) -> int:
        """The number of values."""
        return sum(assignment.size for assignment in self._assignments)

    @property
    def count(self) -> int:
        """The number of batches: values, or lists if there are pipes."""
        if self._pipe is None:
            return self.size
        return sum(len(assignment.lists) for assignment in self._assignments)

    def __iter__(self) -> Iterator[str]:
        """Yield the override of each batch."""
        for assignment in self._assignments:
            if self._pipe is None:
                yield from assignment.single()
            else:
                yield from assignment.joined()

    def collected(self) -> str:
        """Give the override with all values.

        Raises:
            SweepSyntaxError: There is a pipe.
        """
        if self._pipe is not None:
            raise SweepSyntaxError(
                "'|' only has a meaning in each",
                self.text,
                self._pipe,
                "write a comma, or move the parameter to each",
            )
        return next(self._assignments[0].joined())

    def without(self, keys: Collection[str]) -> Override | None:
        """Give what is left of the word without some keys, if anything is."""
        kept = [a for a in self._assignments if a.key not in keys]
        if not kept:
            return None
        return Override(kept, pipe=self._pipe, text=self.text, column=self.column)
