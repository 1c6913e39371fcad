"""Parameters: what of a configuration can be compared in MLflow's UI."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils import validation

from sweepflow.app.params import flatten

if TYPE_CHECKING:
    import pytest


class Color(Enum):
    red = 1


@dataclass
class Model:
    layers: list[int] = field(default_factory=lambda: [64, 32])
    color: Color = Color.red
    weights: Path = Path("a/b")
    note: str | None = None


@dataclass
class Config:
    lr: float = 1e-4
    model: Model = field(default_factory=Model)
    empty: list[int] = field(default_factory=list[int])
    pair: tuple[int, int] = (1, 2)
    data: str = "???"
    broken: str = "${nowhere}"
    twice: float = "${lr}"  # pyright: ignore[reportAssignmentType]


def test_keys_are_dotted_and_values_are_text() -> None:
    assert flatten(Config) == {
        "lr": "0.0001",
        "model.layers.0": "64",
        "model.layers.1": "32",
        "model.color": "red",
        "model.weights": "a/b",
        "model.note": "None",
        "empty": "[]",
        "pair.0": "1",
        "pair.1": "2",
        "data": "???",
        "broken": "${nowhere}",
        "twice": "0.0001",
    }


def test_a_long_value_is_cut_in_a_marked_way() -> None:
    value = flatten({"a": "x" * 7000})["a"]
    assert len(value) == 6000
    assert value.endswith("x… [7000 characters in all]")
    assert flatten({"a": "x" * 6000})["a"] == "x" * 6000


def test_an_environment_variable_stays_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    config = {
        "a": "${oc.env:TOKEN}",
        "b": "${a}/x",
        "c": ["${oc.decode:${oc.env:TOKEN}}", "${oc.env:TOKEN,none}"],
    }
    params = flatten(config)
    assert "s3cret" not in str(params)
    assert params["a"] == "${oc.env:TOKEN}"
    assert params["b"] == "${oc.env:TOKEN}/x"


KEYS = st.text(min_size=1, max_size=300) | st.integers() | st.sampled_from(list(Color))
VALUES = st.text() | st.floats() | st.lists(st.integers())


@given(st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES), max_size=4))
def test_mlflow_takes_whatever_comes(tree: dict[Any, Any]) -> None:
    for key, value in flatten(tree).items():
        validation._validate_param(key, value)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
        assert len(value) <= 6000
