"""What a criterion says of a value, and which values are the same."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.analysis.settings import Value

_NAN = ("not a number",)


def matches(value: Value, criterion: Value) -> bool:
    """Say whether a value is as a criterion wants it.

    Args:
        value: The value.
        criterion: A function that is given the value; a list or a set, of which it is
            one; a pair, between whose parts it is (both included); else its equal. A
            value that is a list itself may also equal the criterion. None and NaN are
            between no two values.
    """
    if callable(criterion):
        return bool(criterion(value))
    same = as_key(value) == as_key(criterion)
    if isinstance(criterion, (list, set, frozenset)):
        wanted = cast("Iterable[Any]", criterion)
        return same or any(as_key(value) == as_key(each) for each in wanted)
    if not isinstance(criterion, tuple) or len(cast("Any", criterion)) != 2:
        return same
    if is_missing(value) or isinstance(value, (list, tuple)):
        return same
    low, high = cast("tuple[Any, Any]", criterion)
    return bool(low <= value <= high)


def as_key(value: Value) -> Hashable:
    """Give something hashable that is equal for equal values; NaN is equal to NaN."""
    if isinstance(value, float) and math.isnan(value):
        return _NAN
    try:
        hash(value)
    except TypeError:
        pass
    else:
        return value if not isinstance(value, tuple) else _keys(cast("Any", value))
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return frozenset((as_key(key), as_key(each)) for key, each in items)
    try:
        return _keys(cast("Iterable[Any]", value))
    except TypeError:
        return repr(value)


def is_missing(value: object) -> bool:
    """Say whether a value is None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _keys(values: Iterable[Any]) -> tuple[Hashable, ...]:
    return tuple(as_key(each) for each in values)
