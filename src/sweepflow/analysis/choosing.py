"""Items in an order, and how some of them are chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sweepflow.analysis.criteria import matches
from sweepflow.analysis.errors import AnalysisError, MissingKeyError, NotOneError
from sweepflow.analysis.predicates import Predicates
from sweepflow.analysis.settings import MISSING, Value, plain

if TYPE_CHECKING:
    from typing import Self, TypeAlias

    Get: TypeAlias = Callable[["T", str, Any], Any]
    Criterion: TypeAlias = Callable[["T"], bool] | tuple[str, Any] | Iterable[bool]

T = TypeVar("T")


class Choosing(Sequence[T], Predicates[T]):
    """Items of which some can be chosen; see `Collection`."""

    def __init__(self, items: Iterable[T], get: Get[T] | None = None) -> None:
        self._items = list(items)
        self._get = get

    def value_of(self, item: T, key: str, default: Value = MISSING) -> Value:
        """Give the value of an item.

        Raises:
            MissingKeyError: It has none, and there is no default.
        """
        if self._get is not None:
            return self._get(item, key, default)
        value = _attribute(item, key.replace("__", "."))
        if value is not MISSING:
            return value
        if default is MISSING:
            raise MissingKeyError(key, item)
        return default(item) if callable(default) else default

    def _plain(self, item: T, key: str, default: Value) -> Value:
        """Give a value with nothing of OmegaConf's in it."""
        return plain(self.value_of(item, key, default))

    def _with(self, items: Iterable[T]) -> Self:
        return type(self)(items, self._get)

    def __repr__(self) -> str:
        name = type(self).__name__
        if not self._items:
            return f"{name}(empty)"
        return f"{name}({type(self._items[0]).__name__}, n={len(self)})"

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def filter(self, *criteria: Criterion[T], **kwargs: Value) -> Self:
        """Give the items that meet all criteria.

        Args:
            *criteria: A function of an item; a pair of a key and what its value must
                match (see `matches`); or a truth value for each of the items.
            **kwargs: Keys, with `__` for a dot, and what their values must match.

        Raises:
            MissingKeyError: An item has no such value.
            AnalysisError: There are not as many truth values as items.
        """
        return self._kept(criteria, kwargs, wanted=True)

    def exclude(self, *criteria: Criterion[T], **kwargs: Value) -> Self:
        """Give the items that meet none of the criteria; see `filter`.

        Raises:
            MissingKeyError: An item has no such value.
            AnalysisError: There are not as many truth values as items.
        """
        return self._kept(criteria, kwargs, wanted=False)

    def _kept(
        self,
        criteria: Iterable[Criterion[T]],
        kwargs: Mapping[str, Any],
        *,
        wanted: bool,
    ) -> Self:
        """Give the items of which all criteria are true, or none."""
        tests = [self._test(each) for each in (*criteria, *kwargs.items())]
        kept = range(len(self))
        for test in tests:
            kept = [n for n in kept if bool(test(n)) is wanted]
        return self._with(self._items[n] for n in kept)

    def _test(self, criterion: Criterion[T]) -> Callable[[int], bool]:
        if callable(criterion):
            test = criterion
            return lambda n: bool(test(self._items[n]))
        if isinstance(criterion, tuple) and isinstance(criterion[0], str):
            key, *wanted = cast("tuple[str, Any]", criterion)
            if len(wanted) != 1:
                raise AnalysisError(f"{criterion!r} is no key with what to match")
            return lambda n: matches(self._plain(self._items[n], key, MISSING), *wanted)
        if isinstance(criterion, str) or not isinstance(criterion, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] -- of users who run no checker
            raise AnalysisError(f"{criterion!r} is no criterion")
        mask = [bool(each) for each in criterion]
        if len(mask) != len(self):
            raise AnalysisError(f"{len(mask)} truth values for {len(self)} items")
        return mask.__getitem__

    def try_get(self, *criteria: Criterion[T], **kwargs: Value) -> T | None:
        """Give the one item that meets all criteria (see `filter`), or None.

        Raises:
            NotOneError: Several do.
            MissingKeyError: An item has no such value.
        """
        found = self.filter(*criteria, **kwargs)
        if len(found) > 1:
            raise NotOneError(f"{len(found)} items match, and one was asked for")
        return next(iter(found), None)

    def get(self, *criteria: Criterion[T], **kwargs: Value) -> T:
        """Give the one item that meets all criteria; see `filter`.

        Raises:
            NotOneError: None does, or several do.
            MissingKeyError: An item has no such value.
        """
        found = self.try_get(*criteria, **kwargs)
        return _some(None if found is None else [found])

    def first(self, *criteria: Criterion[T], **kwargs: Value) -> T:
        """Give the first item that meets all criteria; see `filter`.

        Raises:
            NotOneError: None does.
            MissingKeyError: An item has no such value.
        """
        return _some(list(self.filter(*criteria, **kwargs)))

    def last(self, *criteria: Criterion[T], **kwargs: Value) -> T:
        """Give the last item that meets all criteria; see `filter`.

        Raises:
            NotOneError: None does.
            MissingKeyError: An item has no such value.
        """
        return _some(list(reversed(self.filter(*criteria, **kwargs))))


def _attribute(item: object, key: str) -> Value:
    if isinstance(item, Mapping):
        return cast("Mapping[str, Any]", item).get(key, MISSING)
    return getattr(item, key, MISSING)


def _some(items: Sequence[T] | None) -> T:
    if not items:
        raise NotOneError("no item matches")
    return items[0]
