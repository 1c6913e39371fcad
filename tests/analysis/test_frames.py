"""Columns, whatever their values are."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.analysis.frames import array, column, table

Color = Enum("Color", ["RED"])
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANY: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("values", "kind", "cells"),
    [
        ([], pl.Null, []),
        ([None], pl.Null, [None]),
        ([1, None], pl.Int64, [1, None]),
        ([1, 2.5], pl.Float64, [1.0, 2.5]),
        ([np.float64(1), 2], pl.Float64, [1.0, 2.0]),
        ([True, 1], pl.String, ["True", "1"]),
        ([1, "a", None], pl.String, ["1", "a", None]),
        ([Path("a"), "b"], pl.String, ["a", "b"]),
        ([Color.RED], pl.String, ["RED"]),
        ([NOW, None], pl.Datetime("us", "UTC"), [NOW, None]),
        ([[1], []], pl.List(pl.Int64), [[1], []]),
        ([[1], [2.5]], pl.List(pl.Float64), [[1.0], [2.5]]),
        ([[1], 2], pl.String, ["[1]", "2"]),
        ([{"a": 1}, {"b": 2}], None, [{"a": 1, "b": None}, {"a": None, "b": 2}]),
        ([{}, {"a": 1}], None, [{"a": None}, {"a": 1}]),
    ],
)
def test_columns(values: list[object], kind: Any, cells: list[object]) -> None:  # noqa: ANN401
    series = column("n", values)
    assert kind is None or series.dtype == kind
    assert series.to_list() == cells


@given(st.lists(ANY, max_size=4))
def test_any_values_make_a_column(values: list[Any]) -> None:
    assert len(column("n", values)) == len(values)


@given(st.lists(SCALARS, max_size=4))
def test_single_values_are_kept_or_become_text(values: list[Any]) -> None:
    series = column("n", values)
    for value, cell in zip(values, series.to_list(), strict=True):
        if series.dtype == pl.String:
            assert cell == (value if value is None else str(value))
        else:
            assert cell == value or math.isclose(cell, value) or math.isnan(value)


def test_a_table_has_null_where_a_row_has_nothing() -> None:
    assert table([{"a": 1}, {"b": 2}]).rows() == [(1, None), (None, 2)]


def test_arrays() -> None:
    assert array([1, 2]).dtype == np.int64
    ragged = array([[1], [1, 2]])
    assert (ragged.dtype, ragged.tolist()) == (object, [[1], [1, 2]])
