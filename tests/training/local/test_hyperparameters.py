"""What can be told to a training on this machine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.training import TrainingError
from sweepflow.training.local import Hyperparameters


def test_what_is_not_given_has_its_default() -> None:
    assert Hyperparameters.of({}) == Hyperparameters()
    assert Hyperparameters.of({"lora_rank": None, "seed": 3}).seed == 3


def test_a_whole_number_may_stand_for_another() -> None:
    assert repr(Hyperparameters.of({"learning_rate": 1}).learning_rate) == "1.0"


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"learning_rat": 1}, "did you mean 'learning_rate'?"),
        ({"learning_rate": "1e-4"}, "a number, written without quotes"),
        ({"learning_rate": -1.0}, "above 0"),
        ({"learning_rate": float("nan")}, "above 0"),
        ({"learning_rate": float("inf")}, "above 0"),
        ({"n_epochs": True}, "a number"),
        ({"n_epochs": 0}, "at least 1"),
        ({"n_epochs": 2.0}, "a whole number"),
        ({"batch_size": -8}, "at least 1"),
        ({"lora_rank": -1}, "at least 0"),
        ({"max_seq_len": 1}, "at least 2"),
        ({"device": "gpu"}, "one of auto, cpu, cuda, mps"),
        ({"dtype": 32}, "one of auto, float32, bfloat16"),
    ],
)
def test_what_is_not_valid_is_told(chosen: dict[str, Any], words: str) -> None:
    with pytest.raises(TrainingError) as error:
        Hyperparameters.of(chosen)
    assert words in str(error.value)


@given(st.integers(1, 500), st.floats(1e-9, 10.0))
def test_the_rate_rises_then_falls(steps: int, highest: float) -> None:
    chosen = Hyperparameters(learning_rate=highest)
    rates = [chosen.rate(step, steps) for step in range(steps)]
    peak = rates.index(max(rates))
    assert max(rates) == pytest.approx(highest)
    assert min(rates) > 0
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert peak <= -(-steps // 20)
