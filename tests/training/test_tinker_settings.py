"""What of a training by Tinker is decided here, before Tinker is asked."""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("tinker")

from sweepflow.datasets import ChatDataset
from sweepflow.errors import MissingExtraError
from sweepflow.training import TrainingError, get_backend
from sweepflow.training.tinker import loop
from sweepflow.training.tinker.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SMALL = {"n_epochs": 1, "batch_size": 2}


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a home to keep trainings in."""
    monkeypatch.setenv("SWEEPFLOW_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def dataset() -> ChatDataset:
    """Give a sample."""
    asked = {"role": "user", "content": "Hi."}
    return ChatDataset(
        [{"messages": [asked, {"role": "assistant", "content": "Hello."}]}]
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "TINKER_API_KEY is not set"),
        ("sk-secret", "TINKER_API_KEY is no key of Tinker's"),
    ],
)
def test_without_a_key_nothing_begins(
    key: str,
    words: str,
    dataset: ChatDataset,
    at_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TINKER_API_KEY", key)
    with pytest.raises(TrainingError, match=words) as error:
        get_backend("tinker").train(dataset, "tiny", SMALL)
    assert "secret" not in str(error.value)
    assert not at_home.exists()


def test_without_the_package_nothing_begins(
    dataset: ChatDataset, at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tinker", None)
    with pytest.raises(MissingExtraError, match="training by Tinker needs tinker"):
        get_backend("tinker").train(dataset, "tiny", SMALL)
    assert not at_home.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"lerning_rate": 1e-4}, "did you mean 'learning_rate'?"),
        ({"learning_rate": "1e-4"}, "it is a number, written without quotes"),
        ({"learning_rate": 0}, "it is a number above 0"),
        ({"learning_rate": float("nan")}, "it is a number above 0"),
        ({"n_epochs": 1.5}, "it is a whole number"),
        ({"n_epochs": True}, "it is a number"),
        ({"batch_size": 0}, "it is a whole number, at least 1"),
        ({"max_seq_len": 1}, "it is a whole number, at least 2"),
    ],
)
def test_a_hyperparameter_that_is_not_valid(given: dict[str, Any], words: str) -> None:
    with pytest.raises(TrainingError) as error:
        get_backend("tinker").check("tiny", given)
    assert words in str(error.value)


def test_the_learning_rate_rises_and_falls() -> None:
    settings = Settings(learning_rate=1.0)
    rates = [settings.rate(step, 100) for step in range(100)]
    assert rates.index(max(rates)) == 4
    assert max(rates) == 1.0
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert min(rates) > 0
    assert settings.rate(0, 1) == 1.0


def test_each_sample_is_seen_once_an_epoch_in_an_order_of_the_seed() -> None:
    steps = loop.order(10, settings := Settings(n_epochs=2, batch_size=4, seed=1))
    assert [len(step) for step in steps] == [4, 4, 2] * 2
    epochs = [[*chain(*steps[:3])], [*chain(*steps[3:])]]
    assert [sorted(epoch) for epoch in epochs] == [list(range(10))] * 2
    assert epochs[0] != epochs[1]
    assert steps == loop.order(10, settings)
    assert steps != loop.order(10, Settings(n_epochs=2, batch_size=4, seed=2))
