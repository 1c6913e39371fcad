"""What stands for the values of a key: text, groups, and how they are printed.

A *part* yields pieces, texts that are still to be joined with their neighbours. An
*element* is what stands between two commas; it yields values, ready for Hydra. Both
know their number beforehand, and can be gone through any number of times.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from sweepflow.sweep.numbers import SI, read_quantity
from sweepflow.sweep.product import product, product_size
from sweepflow.sweep.quoting import as_value
from sweepflow.sweep.range_syntax import has_range_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final, Protocol, TypeAlias

    Piece: TypeAlias = tuple[str, bool]
    """A text, and whether it is protected: then it is never read as a number."""

    class Part(Protocol):
        """Yields the pieces that can stand in one place."""

        @property
        def count(self) -> int: ...

        def __iter__(self) -> Iterator[Piece]: ...

    class Element(Protocol):
        """Yields the values that one element of a list stands for."""

        @property
        def count(self) -> int: ...

        def is_numeric(self) -> bool:
            """Tell whether every value is a number."""
            ...

        def printed(self, power: int) -> Iterator[str]:
            """Yield each value; those that are numbers, times ten to `power`."""
            ...


_TRIED = 1_000_000
"""Joined values that are looked at, to learn whether all are numbers."""


class Text:
    """One piece."""

    count = 1

    def __init__(self, text: str, *, protected: bool) -> None:
        self.text: Final = text
        self.protected: Final = protected

    def __iter__(self) -> Iterator[Piece]:
        yield self.text, self.protected


class Group:
    """The pieces of one alternative after the other: `(a,b)`."""

    def __init__(self, alternatives: Sequence[Part]) -> None:
        self.count: Final = sum(part.count for part in alternatives)
        self._alternatives = alternatives

    def __iter__(self) -> Iterator[Piece]:
        return itertools.chain.from_iterable(self._alternatives)


class Joined:
    """Every combination of the pieces of its parts, the last part fastest."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.count: Final = product_size(parts)
        self._parts = parts

    def __iter__(self) -> Iterator[Piece]:
        for pieces in product(self._parts):
            yield (
                "".join(text for text, _ in pieces),
                any(protected for _, protected in pieces),
            )

    def is_numeric(self) -> bool:
        return all(
            not protected and read_quantity(text) is not None
            for text, protected in itertools.islice(self, _TRIED)
        )

    def printed(self, power: int) -> Iterator[str]:
        for text, protected in self:
            yield as_value(text) if protected else _printed(text, power)


class Verbatim:
    """One value that is for Hydra to read, as it is written."""

    count = 1

    def __init__(self, text: str) -> None:
        self._text = text

    def is_numeric(self) -> bool:
        return False

    def printed(self, power: int) -> Iterator[str]:  # noqa: ARG002 - it is no number
        yield self._text


def _printed(text: str, power: int) -> str:
    """Print a joined text: a number is computed if it is scaled at all."""
    if power or text[-1:] in SI:
        number = read_quantity(text)
        if number:
            return str(number.scaled(power))
    if ":" in text and has_range_shape(text):
        return as_value(text)  # bare, it would be a range when it is expanded again
    return text
