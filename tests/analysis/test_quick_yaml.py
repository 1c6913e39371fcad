"""What is read quickly is what OmegaConf reads."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepflow.analysis import quick_yaml
from sweepflow.analysis.quick_yaml import one_value, read_mapping

ODD = [
    *("a b", "x: y", "- z", "#c", "a #b", "yes", "null", "1e3", "1_000", "0x1f"),
    *("2020-01-01", "|", "> t", "", "  s", "s  ", "'", '"', "it's", "a\nb", "a\n"),
    *("é", "${a}", "???", "{", "[1", "[]", "{}", "*a", "&a", "!x", "%d", "@x", "`"),
    *("1:30", "a:", "? x", "=", "<<", "~", "\t", "x\ty", "\u2028", "\x85", "w " * 60),
    *("---", "...", "1.5.", ".5", ".inf", ".nan", "-", "--", "007", "9" * 30),
]
TEXTS = st.sampled_from(ODD) | st.text(max_size=8)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
KEYS = st.sampled_from(["a", "b", "c.d", "yes", "x-y"]) | TEXTS.filter(bool)
TREES: st.SearchStrategy[Any] = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)
LINES = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["a", "b", "yes", "- x", "-", "", "- - x", "- a: 1", "- {}"]),
    st.sampled_from(
        [
            *("", ":", ": ", ": 1", ": x", ": |", ": >-", ': "a', " #c", ": &x 1"),
            *(": *x", ": [1", "2]", ": {a: 1}", ": !!str 1", ": x: y", ": - x", ": {}"),
        ]
    ),
)


def reference(text: str) -> object:
    """Give what the loader of OmegaConf gives, with nothing made of interpolations."""
    from omegaconf._utils import get_yaml_loader

    try:
        data = yaml.load(text, get_yaml_loader())  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError):
        return None
    return data if isinstance(data, dict) else None  # pyright: ignore[reportUnknownVariableType]


def ours(text: str) -> object:
    try:
        return read_mapping(text)
    except (yaml.YAMLError, ValueError):
        return None


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=5))
def test_what_hydra_writes_is_read_as_omegaconf_reads_it(data: dict[str, Any]) -> None:
    text = yaml.dump(data, sort_keys=False, allow_unicode=True)
    assert repr(ours(text)) == repr(reference(text))  # NaN is equal to NaN so


@settings(max_examples=500, deadline=None)
@given(st.lists(LINES, max_size=6))
def test_so_is_what_nobody_would_write(
    lines: list[tuple[int, str, str]],
) -> None:
    text = "\n".join(" " * indent + head + tail for indent, head, tail in lines)
    assert repr(ours(text)) == repr(reference(text))


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1e-3\n", {"a": 0.001}),
        ("a: 2020-01-01\nb: off\n", {"a": "2020-01-01", "b": False}),
        (
            "a:\n  b:\n    c: 1\n  d: x\ne: y\n",
            {"a": {"b": {"c": 1}, "d": "x"}, "e": "y"},
        ),
        ("a:\n- 1\n- 2.5\nb: []\nc: {}\n", {"a": [1, 2.5], "b": [], "c": {}}),
        ("a:\nb:\n", {"a": None, "b": None}),
        ("a:\n- b: 1\n  c: 2\n", {"a": [{"b": 1, "c": 2}]}),
        ("a: |\n  one\n  two\nb: 'it''s'\n", {"a": "one\ntwo\n", "b": "it's"}),
    ],
)
def test_plain_and_other_forms(text: str, data: dict[str, Any]) -> None:
    assert read_mapping(text) == data


def test_the_usual_form_is_not_left_to_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "lr: 0.001\nmodel:\n  name: m\n  layers:\n  - 64\n  sizes: []\ntwice: ${lr}\n"
    )
    expected = read_mapping(text)
    monkeypatch.setattr(quick_yaml, "_any", None)
    again = text.replace("64", "65")
    assert read_mapping(again) == {
        **expected,
        "model": {"name": "m", "layers": [65], "sizes": []},
    }


def test_no_two_runs_share_a_list_or_a_mapping() -> None:
    one, two = read_mapping("a: []\nb: {}\n"), read_mapping("a: []\nb: {}\n")
    one["a"].append(1)
    one["b"]["c"] = 1
    assert two == {"a": [], "b": {}}


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "text", "a: 1\na: 2\n", "a: [1\n", "a: b: c"]
)
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises((ValueError, yaml.YAMLError)):
        read_mapping(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("1e-3", 1e-3), ("true", True), ("null", None), ("x", "x"), ("", "")],
)
def test_texts_that_stand_for_values(text: str, value: object) -> None:
    assert one_value(text) == value
    assert type(one_value(text)) is type(value)
