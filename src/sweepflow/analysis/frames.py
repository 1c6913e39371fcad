"""Values as columns of polars, and as arrays of NumPy."""

from __future__ import annotations

import json
from enum import Enum
from functools import reduce
from numbers import Real
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from sweepflow.analysis.settings import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_PLAIN = {type(None), bool, int, float, str}


def column(name: str, values: Iterable[object]) -> pl.Series:
    """Give a column, whatever its values are.

    Whole numbers among others become floats. Where values have nothing else in common,
    they become text.
    """
    import polars as pl

    cells = list(values)
    if not {*map(type, cells)} <= _PLAIN:
        cells = [_cell(value) for value in cells]
    series = _series(name, cells) if _are_alike(cells) else None
    if series is None:
        series = pl.Series(name, [_text(cell) for cell in cells], pl.String)
    return series


def _are_alike(cells: list[object]) -> bool:
    """Say whether the values are of one kind, to the bottom of lists and mappings.

    polars would silently take 1 for true, and lose values that are nested differently.
    """
    kinds = {type(cell) for cell in cells} - {type(None)}
    if kinds & {list, tuple, dict}:
        try:
            reduce(_common, cells, None)
        except TypeError:
            return False
        return True
    return len(kinds) < 2 or all(map(_is_number, kinds))


def _common(kind: Any, value: Any) -> Any:  # noqa: ANN401 - nested kinds and values
    """Give the kind of a value and of those before it.

    Raises:
        TypeError: They have none in common.
    """
    if value is None:
        return kind
    its, inner = _kind_of(value), None
    if kind is not None:
        if kind[0] is not its:
            raise TypeError
        inner = kind[1]
    if its is list:
        inner = reduce(_common, cast("Iterable[Any]", value), inner)
    elif its is dict:
        inner = dict(inner or {})
        for key, each in cast("dict[Any, Any]", value).items():
            inner[key] = _common(inner.get(key), each)
    return its, inner


def _kind_of(value: object) -> type:
    if isinstance(value, (list, tuple)):
        return list
    kind = type(value)
    return float if _is_number(kind) else kind


def _is_number(kind: type) -> bool:
    return not issubclass(kind, bool) and issubclass(kind, Real)


def _series(name: str, cells: list[object]) -> pl.Series | None:
    """Give a column as polars makes it, or None where it refuses."""
    import polars as pl

    try:
        return pl.Series(name, cells, strict=False)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return None
    except BaseException as error:  # what polars raises where it panics
        if type(error).__name__ != "PanicException":
            raise
        return None


def table(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Give a frame with a column for each key; null stands where a row has none."""
    import polars as pl

    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame([column(name, [r.get(name) for r in rows]) for name in names])


def array(values: Sequence[Any]) -> NDArray[Any]:
    """Give an array; of objects where the values have nothing else in common."""
    import numpy as np

    try:
        return np.array(values)
    except ValueError:  # lists of different lengths
        found: NDArray[np.object_] = np.empty(len(values), dtype=object)
        found[:] = values
        return found


def _cell(value: object) -> object:
    value = plain(value)
    if isinstance(value, PurePath):
        return str(value)
    return value.name if isinstance(value, Enum) else value


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    is_nested = isinstance(value, (list, tuple, dict))
    return json.dumps(value, default=str) if is_nested else str(value)
