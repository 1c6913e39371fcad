"""Nested mappings become flat ones with dotted names, and come back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.workflow.flat import flatten, unflatten

names = st.one_of(st.text(max_size=5), st.text(alphabet='."\\ a\n', max_size=5))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(names, values, max_size=4))
def test_what_was_flattened_comes_back(data: dict[str, Any]) -> None:
    flat = flatten(data)
    assert unflatten(flat) == data
    assert not any(value != {} and isinstance(value, dict) for value in flat.values())


@pytest.mark.parametrize(
    ("data", "flat"),
    [
        ({}, {}),
        (
            {"a": {"b": 1, "c": {"d": [1, {"e": 2}]}}},
            {"a.b": 1, "a.c.d": [1, {"e": 2}]},
        ),
        ({"a": {}}, {"a": {}}),
        ({"a": {"b.c": 1}}, {'a."b.c"': 1}),
        ({"": {'"': 1}}, {'""."\\""': 1}),
        (None, {}),
    ],
)
def test_names_are_dotted_and_quoted_where_needed(
    data: dict[str, Any] | None, flat: dict[str, Any]
) -> None:
    assert flatten(data) == flat
    assert unflatten(flat) == (data or {})
