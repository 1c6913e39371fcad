"""Recorded runs as the frame of a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.analysis.frames import table
from sweepflow.report.errors import ColumnNameError
from sweepflow.report.origins import Origins
from sweepflow.report.values import Column, Values, distinct, is_own

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from sweepflow.store.records import Run
    from sweepflow.store.store import Store


def plot_frame(
    store: Store, runs: Sequence[Run], x: str, y: str, group_by: str | None = None
) -> pl.DataFrame:
    """Give a frame for `plot_sweep_metric`, with a row for each run that gave `y`.

    A run also has the parameters and scalars of those that it came from. One that took
    what another one had made is left out, unless its settings are others.

    Args:
        store: Where the runs are recorded.
        runs: With their facts.
        x: The name of a parameter or scalar, or its last part, as the others; where
            both have it, the parameter is meant.
        y: Likewise; here the scalar is meant, also where another has the same name.
        group_by: Likewise; a parameter.

    Returns:
        The columns `x`, `y` and, if it is asked for, `group_by`, named as given.

    Raises:
        ColumnNameError: A name is of no value of the runs, or of several.
        StoreError: The ledger cannot be read.
    """
    origins = Origins(store, runs)
    values = Values(origins)
    of_y = values.column(y, "scalar")
    columns: dict[str, Column] = {}
    for name in filter(None, (x, y, group_by)):
        column = of_y if name == y else values.column(name, "parameter")
        columns[name] = column
    rows = [
        {name: known[column] for name, column in columns.items()}
        for run in distinct(origins.asked, values)
        if is_own(run, of_y) and (known := values.of(run)).keys() >= {*columns.values()}
    ]
    if not rows:
        names = " and ".join(column.label for column in columns.values())
        raise ColumnNameError(
            f"no run has {names}",
            hint="a run has its own values and those of the runs that it came from",
        )
    return table(rows)
