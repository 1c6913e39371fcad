"""The digest: equal for the same configuration, different for any other."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweepflow.app.digest import config_digest, overrides_digest

if TYPE_CHECKING:
    from random import Random

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_characters="$\\?", exclude_categories=["Cs"]))
    | st.binary(max_size=4)
)
KEYS = st.from_regex(r"[a-z_]{1,5}", fullmatch=True) | st.integers(0, 99)


def containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(children, max_size=4) | st.dictionaries(KEYS, children, max_size=4)


TREES = st.dictionaries(KEYS, st.recursive(SCALARS, containers), max_size=4)


class Color(Enum):
    red = 1
    blue = 2


@dataclass
class Model:
    layers: list[int] = field(default_factory=lambda: [64, 32])
    color: Color = Color.red


@dataclass
class Config:
    lr: float = 0.1
    out: Path = Path("a/b")
    model: Model = field(default_factory=Model)


def pairs(value: object) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return list(cast("dict[Any, Any]", value).items())
    return list(enumerate(cast("list[Any]", value))) if isinstance(value, list) else []


def reordered(value: object) -> object:
    turned = [(key, reordered(child)) for key, child in pairs(value)]
    if isinstance(value, dict):
        return dict(reversed(turned))
    return [child for _, child in turned] if isinstance(value, list) else value


def leaves(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = [leaf for k, v in pairs(value) for leaf in leaves(v, (*path, k))]
    return below or [path]


@given(TREES)
def test_the_order_of_keys_does_not_matter(tree: dict[Any, Any]) -> None:
    assert config_digest(tree) == config_digest(reordered(tree))


@given(TREES.filter(bool), SCALARS, st.data())
def test_any_other_value_changes_it(
    tree: dict[Any, Any], value: object, data: st.DataObject
) -> None:
    before = config_digest(tree)
    *path, last = data.draw(st.sampled_from(leaves(tree)))
    parent = tree
    for key in path:
        parent = parent[key]
    same = repr(parent[last]) == repr(value)
    parent[last] = value
    assert (config_digest(tree) == before) is same


@given(st.lists(st.integers(), min_size=2, max_size=5, unique=True))
def test_the_order_of_lists_matters(items: list[int]) -> None:
    assert config_digest({"a": items}) != config_digest({"a": items[::-1]})


@given(st.lists(st.text(), max_size=5), st.randoms())
def test_the_order_of_overrides_does_not_matter(
    words: list[str], random: Random
) -> None:
    shuffled = random.sample(words, len(words))
    assert overrides_digest(words) == overrides_digest(shuffled)
    assert overrides_digest([*words, "a=1"]) != overrides_digest(words)


def test_it_is_the_same_for_a_dataclass_and_its_yaml() -> None:
    config = OmegaConf.structured(Config)
    loaded = OmegaConf.create(OmegaConf.to_yaml(config))
    assert config_digest(config) == config_digest(Config()) == config_digest(loaded)


@pytest.mark.parametrize(
    "word",
    [
        "lr=0.2",
        "out=a/c",
        "model.layers=[32,64]",
        "model.layers=[64,32,16]",
        "model.color=blue",
    ],
)
def test_every_kind_of_field_counts(word: str) -> None:
    config = OmegaConf.structured(Config)
    changed = OmegaConf.merge(config, OmegaConf.from_dotlist([word]))
    assert config_digest(changed) != config_digest(config)


def test_keys_of_different_types_differ() -> None:
    assert config_digest({1: "a"}) != config_digest({"1": "a"})


def test_interpolations_count_by_their_value() -> None:
    assert config_digest({"a": 1, "b": "${a}"}) == config_digest({"a": 1, "b": 1})


def test_an_environment_variable_counts_by_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = OmegaConf.create({"data": "${oc.env:SOME_DATA}"})
    monkeypatch.setenv("SOME_DATA", "a")
    before = config_digest(config)
    monkeypatch.setenv("SOME_DATA", "b")
    assert config_digest(config) != before


def test_what_hydra_says_of_the_launch_does_not_count() -> None:
    OmegaConf.register_new_resolver("now", iter(range(9)).__next__, replace=True)
    config = OmegaConf.create(
        {"a": "${now:%H}/x", "b": {"c": "${.d}", "d": "${ now:}"}}
    )
    assert config_digest(config) == config_digest(config)
    assert config_digest({"a": "${now:%M}"}) != config_digest({"a": "${now:%H}"})


@pytest.mark.parametrize("value", ["???", "${missing}", "${a}", "${a.b.c}"])
def test_what_cannot_be_resolved_counts_by_its_text(value: str) -> None:
    config = {"a": {"b": value}, "list": [1, value]}
    assert config_digest(config) == config_digest(reordered(config))
    assert config_digest(config) != config_digest({"a": {"b": 1}, "list": [1, value]})
