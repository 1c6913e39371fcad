"""Groups of items, and what is made of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sweepflow.analysis import frames

if TYPE_CHECKING:
    from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView

    import polars as pl

    from sweepflow.analysis.collection import Collection
    from sweepflow.analysis.settings import Value

G = TypeVar("G", bound="Collection[Any]")


class GroupBy(Generic[G]):
    """Collections by the values that their items have in common, in order.

    A value that is a list is a tuple here.

    Args:
        by: The keys of these values.
        groups: By the value of a single key, or the tuple of the values of several.
    """

    def __init__(self, by: tuple[str, ...], groups: dict[Any, G]) -> None:
        self.by = by
        self.groups = groups

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.by)}, n={len(self)})"

    def __getitem__(self, key: Value) -> G:
        return self.groups[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    def __contains__(self, key: Value) -> bool:
        return key in self.groups

    def keys(self) -> KeysView[Any]:
        return self.groups.keys()

    def values(self) -> ValuesView[G]:
        return self.groups.values()

    def items(self) -> ItemsView[Any, G]:
        return self.groups.items()

    def agg(self, *aggs: str, **named_aggs: Callable[[G], Any]) -> pl.DataFrame:
        """Give a frame with a row for each group.

        Args:
            *aggs: Keys; the column has the list of their values.
            **named_aggs: Functions of a group, by the names of their columns.

        Raises:
            MissingKeyError: An item has no such value.
        """
        import polars as pl

        columns: dict[str, pl.Series] = {}
        for name in self.by:
            # As its items have it, and not as what stands for it among the keys.
            firsts = (group[:1].to_series(name).to_list() for group in self.values())
            columns[name] = frames.column(name, [first[0] for first in firsts])
        for name in aggs:
            lists = [group.to_series(name).to_list() for group in self.values()]
            columns[name] = frames.column(name, lists)
        for name, function in named_aggs.items():
            columns[name] = frames.column(name, map(function, self.values()))
        return pl.DataFrame(list(columns.values()))
