"""Items in an order, which are chosen, sorted, grouped and made into frames."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, overload

from sweepflow.analysis import frames
from sweepflow.analysis.choosing import Choosing
from sweepflow.analysis.criteria import as_key, is_missing
from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.group_by import GroupBy
from sweepflow.analysis.settings import MISSING, Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    import polars as pl
    from numpy.typing import NDArray

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


class Collection(Choosing[T]):
    """Items in an order.

    Wherever a key is taken, an item without a value of that name is an error
    (MissingKeyError) unless a default is given; a default is called with the item if it
    can be.

    Args:
        items: Of any one kind.
        get: Gives the value of an item, from the item, a key and a default, which is
            `MISSING` where there is none. An attribute, or a key of a mapping, if it is
            not given.
    """

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    @overload
    def __getitem__(self, index: str) -> pl.Series: ...

    @overload
    def __getitem__(self, index: Iterable[int]) -> Self: ...

    def __getitem__(
        self, index: int | slice | Iterable[int] | str
    ) -> T | Self | pl.Series:
        """Give an item, several of them, or a series of the values of a key."""
        if isinstance(index, str):
            return self.to_series(index)
        if isinstance(index, slice):
            return self._with(self._items[index])
        if isinstance(index, Iterable):
            return self._with(self._items[each] for each in index)
        return self._items[index]

    def sort(self, *keys: str, reverse: bool = False) -> Self:
        """Give the items in the order of their values.

        Items with equal values keep their order, or are all reversed. None and NaN come
        last, either way.

        Args:
            *keys: The first one counts most. Without any, the order stays.
            reverse: Whether the greatest comes first.

        Raises:
            MissingKeyError: An item has no such value.
            TypeError: Two values cannot be compared.
        """
        items = self._items[::-1] if reverse and keys else self._items
        for key in reversed(keys):
            pairs = [(self._plain(item, key, MISSING), item) for item in items]
            there = [pair for pair in pairs if not is_missing(pair[0])]
            there.sort(key=_value, reverse=reverse)
            items = [item for _, item in there]
            items += [item for value, item in pairs if is_missing(value)]
        return self._with(items)

    def map(
        self,
        function: Callable[Concatenate[T, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Iterator[R]:
        """Give what a function makes of each item, one by one."""
        return (function(item, *args, **kwargs) for item in self)

    def sample(self, k: int, seed: int | None = None) -> Self:
        """Give some items, none of them twice.

        Raises:
            AnalysisError: There are not so many.
        """
        if not 0 < k <= len(self):
            raise AnalysisError(f"{k} items cannot be drawn from {len(self)}")
        return self._with(random.Random(seed).sample(self._items, k))  # noqa: S311 - no secret

    def shuffle(self, seed: int | None = None) -> Self:
        """Give the items in another order."""
        return self.sample(len(self), seed) if self else self._with(())

    def group_by(self, *by: str) -> GroupBy[Self]:
        """Give the items in groups of equal values.

        Args:
            *by: Keys. The value of a single one is the key of a group; of several, the
                tuple of their values.

        Raises:
            MissingKeyError: An item has no such value.
        """
        groups: dict[Any, list[T]] = {}
        for item in self:
            values = tuple(as_key(self._plain(item, key, MISSING)) for key in by)
            groups.setdefault(values[0] if len(by) == 1 else values, []).append(item)
        made = {key: self._with(items) for key, items in groups.items()}
        return GroupBy(by, made)

    def _values(self, key: str, default: Value) -> list[Any]:
        return [self._plain(item, key, default) for item in self]

    def to_list(
        self, key: str, default: Value | Callable[[T], Value] = MISSING
    ) -> list[Any]:
        """Give the values of a key.

        Raises:
            MissingKeyError: An item has no such value.
        """
        return [self.value_of(item, key, default) for item in self]

    def to_numpy(
        self, key: str, default: Value | Callable[[T], Value] = MISSING
    ) -> NDArray[Any]:
        """Give the values of a key as an array.

        Raises:
            MissingKeyError: An item has no such value.
        """
        return frames.array(self._values(key, default))

    def to_series(
        self,
        key: str,
        default: Value | Callable[[T], Value] = MISSING,
        *,
        name: str | None = None,
    ) -> pl.Series:
        """Give the values of a key as a series of that name, or of another.

        Raises:
            MissingKeyError: An item has no such value.
        """
        return frames.column(key if name is None else name, self._values(key, default))

    def unique(
        self, key: str, default: Value | Callable[[T], Value] = MISSING
    ) -> NDArray[Any]:
        """Give the different values of a key, sorted if they can be; None and NaN last.

        Raises:
            MissingKeyError: An item has no such value.
        """
        return frames.array(_sorted(self._different(key, default)))

    def n_unique(
        self, key: str, default: Value | Callable[[T], Value] = MISSING
    ) -> int:
        """Give how many different values a key has.

        Raises:
            MissingKeyError: An item has no such value.
        """
        return len(self._different(key, default))

    def _different(self, key: str, default: Value) -> list[Any]:
        values = self._values(key, default)
        return list({as_key(value): value for value in reversed(values)}.values())[::-1]

    def to_frame(
        self,
        *keys: str | tuple[str, Any],
        defaults: Mapping[str, Any] | None = None,
        **kwargs: Callable[[T], Any],
    ) -> pl.DataFrame:
        """Give a frame with a row for each item.

        Args:
            *keys: A column for each; or pairs of a key and a default.
            defaults: Of keys.
            **kwargs: More columns, by functions of an item.

        Raises:
            MissingKeyError: An item has no such value.
        """
        import polars as pl

        known = defaults or {}
        columns: dict[str, pl.Series] = {}
        for each in keys:
            key, default = (
                (each, known.get(each, MISSING)) if isinstance(each, str) else each
            )
            columns[key] = self.to_series(key, default)
        for name, function in kwargs.items():
            columns[name] = frames.column(name, map(function, self))
        return pl.DataFrame(list(columns.values()))


def _value(pair: tuple[Any, object]) -> Value:
    return pair[0]


def _sorted(values: list[Any]) -> list[Any]:
    there = [value for value in values if not is_missing(value)]
    try:
        there.sort()
    except TypeError:
        return values
    return there + [value for value in values if is_missing(value)]
