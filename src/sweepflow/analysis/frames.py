"""Values as columns of polars, and as arrays of NumPy."""

from __future__ import annotations

import json
from enum import Enum
from numbers import Real
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from sweepflow.analysis.settings import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


def column(name: str, values: Iterable[object]) -> pl.Series:
    """Give a column, whatever its values are.

    Whole numbers among others become floats. Where values have nothing else in common,
    they become text.
    """
    import polars as pl

    cells = [_cell(value) for value in values]
    kinds = {type(cell) for cell in cells} - {type(None)}
    nested = bool(kinds & {list, tuple, dict})
    # polars would take 1 for True, and silently so.
    numbers = bool not in kinds and all(issubclass(kind, Real) for kind in kinds)
    alike = numbers or len(kinds) < 2
    series = _series(name, cells) if alike else None
    if series is not None and not (nested and series.dtype == pl.Object):
        return series
    return pl.Series(name, [_text(cell) for cell in cells], pl.String)


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
    return (
        json.dumps(value, default=str)
        if isinstance(value, (list, dict))
        else str(value)
    )
