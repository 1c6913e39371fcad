"""The product of sequences that are too long to be held in memory."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Protocol, TypeVar

    T = TypeVar("T")
    T_co = TypeVar("T_co", covariant=True)

    class Axis(Protocol[T_co]):
        """Something that yields the same `count` items each time it is gone through."""

        @property
        def count(self) -> int: ...

        def __iter__(self) -> Iterator[T_co]: ...


_HELD = 10_000
"""Axes up to this length are held in memory."""


def product(axes: Sequence[Axis[T]]) -> Iterator[tuple[T, ...]]:
    """Yield every combination of an item of each axis, the last axis fastest.

    The longest axis is made anew for each combination of those before it, instead of
    being held, if it is long. Under any sane limit on the size of the product the
    others are then short.
    """
    longest = max(range(len(axes)), key=lambda i: axes[i].count, default=0)
    if not axes or axes[longest].count <= _HELD:
        return itertools.product(*axes)
    return _around(axes[longest], axes[:longest], axes[longest + 1 :])


def product_size(axes: Iterable[Axis[object]]) -> int:
    """Give the exact number of combinations.

    Multiplied in pairs, since one after the other a row of huge ranges would take the
    square of its length.
    """
    sizes = [axis.count for axis in axes]
    while len(sizes) > 1:
        pairs = itertools.zip_longest(sizes[::2], sizes[1::2], fillvalue=1)
        sizes = [one * other for one, other in pairs]
    return sizes[0] if sizes else 1


def _around(
    axis: Axis[T], before: Sequence[Axis[T]], after: Sequence[Axis[T]]
) -> Iterator[tuple[T, ...]]:
    tails = [list(held) for held in after]
    for head in itertools.product(*before):
        for item in axis:
            for tail in itertools.product(*tails):
                yield (*head, item, *tail)
