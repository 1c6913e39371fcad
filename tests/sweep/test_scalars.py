"""The value of an override, as Hydra reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.sweep.scalars import read_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-3", -3),
        ("1_000", 1000),
        ("0.10", 0.1),
        ("1e-5", 1e-5),
        ("true", True),
        ("False", False),
        ("NULL", None),
        ("", ""),
        ("small", "small"),
        ("1,2", "1,2"),
        ("[1, 2]", "[1, 2]"),
        ("'1'", "'1'"),
        ("1k", "1k"),
        ("nan", "nan"),
        ("9" * 30, "9" * 30),
        ("9" * 5000, "9" * 5000),
        ("1e999", "1e999"),
    ],
)
def test_a_text_is_a_value_where_hydra_takes_it_for_one(
    text: str, value: object
) -> None:
    assert read_scalar(text) == value
    assert type(read_scalar(text)) is type(value)


@given(st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(-1e18, 1e18) | st.booleans())
def test_what_is_written_is_read(value: float) -> None:
    read = read_scalar(str(value))
    assert read == value
    assert type(read) is type(value)
