"""Values from the command line."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.workflow.errors import ConfigError
from sweepflow.workflow.overrides import apply_overrides

DATA: dict[str, Any] = {
    "train": {"lr": 0.1, "layers": [1, {"n": 2}], "empty": None},
    "train.v2": {"lr": 0.2},
}


@pytest.mark.parametrize(
    ("argument", "path", "value"),
    [
        ("train.lr=0.5", ("train", "lr"), 0.5),
        ("train.lr=1", ("train", "lr"), 1),
        ("train.lr=", ("train", "lr"), None),
        ("train.name=a=b", ("train", "name"), "a=b"),
        ("train.name='1'", ("train", "name"), "1"),
        ("train.name=a:b", ("train", "name"), "a:b"),
        ("train.layers=[3, 4]", ("train", "layers"), [3, 4]),
        ("train.layers.0=7", ("train", "layers", 0), 7),
        ("train.layers.1.n=7", ("train", "layers", 1, "n"), 7),
        ("train.empty.deep.x=1", ("train", "empty", "deep", "x"), 1),
        ("new.x={a: [1]}", ("new", "x"), {"a": [1]}),
        ("train.v2.lr=1", ("train.v2", "lr"), 1),
    ],
)
def test_a_value_is_set(
    argument: str, path: tuple[str | int, ...], value: object
) -> None:
    before = copy.deepcopy(DATA)
    found: Any = apply_overrides(DATA, [argument])
    for part in path:
        found = found[part]
    assert found == value
    assert before == DATA


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("train.lr", "the argument 'train.lr' sets nothing"),
        ("=1", "sets nothing"),
        ("train..lr=1", "sets nothing"),
        ("train.lr=[1", "the value in the argument 'train.lr=[1' is no valid YAML"),
        ("train.lr=2024-99-99", "is no valid YAML"),
        ("train.lr=!!python/name:os.system", "is no valid YAML"),
        ("train.lr.x=1", "sets a part of train.lr, which is 0.1 and has no parts"),
        ("train.layers.2=1", "names the item '2' of a list of 2"),
        ("train.layers.x=1", "names the item 'x' of a list of 2"),
    ],
)
def test_an_argument_that_makes_no_sense_is_named(argument: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        apply_overrides(DATA, [argument])
    assert said in str(caught.value)
    assert caught.value.hint


def test_later_arguments_win() -> None:
    assert apply_overrides({}, ["a.b=1", "a={c: 2}", "a.b=3"]) == {
        "a": {"c": 2, "b": 3}
    }


keys = st.text("abc", min_size=1, max_size=2)


@given(st.lists(keys, min_size=1, max_size=4), st.integers())
def test_any_path_of_keys_can_be_made(path: list[str], value: int) -> None:
    found: Any = apply_overrides({}, [f"{'.'.join(path)}={value}"])
    for part in path:
        found = found[part]
    assert found == value


@given(st.text(max_size=20))
def test_any_argument_is_taken_or_refused(argument: str) -> None:
    try:
        assert apply_overrides(DATA, [argument]) != {}
    except ConfigError as error:
        assert error.hint  # noqa: PT017 - it need not be raised
