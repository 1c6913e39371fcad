"""What every training backend keeps to: subclass `Contract`, and give its `setting`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.datasets import ChatDataset
from sweepflow.training import (
    Progress,
    TrainedModel,
    TrainingBackend,
    TrainingError,
    TrainingFailedError,
    TrainingRun,
    get_backend,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LINE = "Hello, World!"


def samples(count: int, answer: str = LINE) -> ChatDataset:
    """Give samples that differ in their question alone."""
    return ChatDataset(
        {
            "messages": [
                {"role": "user", "content": f"Say {number}, please."},
                {"role": "assistant", "content": answer},
            ]
        }
        for number in range(count)
    )


@dataclass
class Setting:
    """What a backend is tried with.

    Args:
        backend: Its name.
        model: What it can train.
        dataset: What on.
        hyperparameters: Such that it takes a few steps.
        long: Such that it is still at work when it is cancelled at once; None for a
            backend that is always done at once.
        failing: Such that it fails in training.
        unknown: A name that is no hyperparameter; None if all are taken.
    """

    backend: str
    model: str
    dataset: ChatDataset
    hyperparameters: Mapping[str, Any]
    long: Mapping[str, Any] | None = None
    failing: Mapping[str, Any] | None = None
    unknown: str | None = "n_epoch"

    @property
    def trains(self) -> TrainingBackend:
        """The backend."""
        return get_backend(self.backend)

    def train(self, hyperparameters: Mapping[str, Any] | None = None) -> TrainingRun:
        """Begin a training."""
        return self.trains.train(
            self.dataset, self.model, hyperparameters or self.hyperparameters
        )


@dataclass
class Trained:
    """A training that has ended."""

    run: TrainingRun
    model: TrainedModel
    steps: list[Progress]


class Contract:
    """Every backend's tests. Each test class trains once for most of them."""

    @pytest.fixture(scope="class")
    @classmethod
    def setting(cls) -> Setting:
        """Give what the backend is tried with."""
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls, setting: Setting) -> Trained:
        """Give a training that has ended."""
        run = setting.train()
        assert run.status() in {"queued", "running", "succeeded"}
        steps: list[Progress] = []
        return Trained(run, run.wait(steps.append), steps)

    def test_it_is_named(self, setting: Setting) -> None:
        assert setting.trains.name == setting.backend

    def test_a_training_ends_with_a_model(self, trained: Trained) -> None:
        assert trained.run.status() == "succeeded"
        assert trained.model.backend == trained.run.backend
        assert trained.model.model_id

    def test_a_listener_gets_every_step_once_in_order(self, trained: Trained) -> None:
        numbers = [progress.step for progress in trained.steps]
        assert numbers == sorted(set(numbers))
        assert trained.steps
        assert tuple(trained.steps) == trained.model.curve

    def test_who_waits_again_gets_the_same(self, trained: Trained) -> None:
        steps: list[Progress] = []
        assert trained.run.wait(steps.append) == trained.model
        assert steps == trained.steps

    def test_the_same_request_is_the_same_training(
        self, setting: Setting, trained: Trained
    ) -> None:
        given = {**setting.hyperparameters}
        again = setting.train(dict(reversed(given.items())))
        assert again.job_id == trained.run.job_id
        assert again.wait() == trained.model

    def test_a_hyperparameter_that_is_none_has_its_default(
        self, setting: Setting, trained: Trained
    ) -> None:
        again = setting.train({**setting.hyperparameters, "seed": None})
        assert again.job_id == trained.run.job_id

    def test_another_request_is_another_training(
        self, setting: Setting, trained: Trained
    ) -> None:
        other = setting.trains.train(
            setting.dataset[1:], setting.model, setting.hyperparameters
        )
        try:
            assert other.job_id != trained.run.job_id
        finally:
            other.cancel()

    def test_it_is_found_by_its_file(self, trained: Trained, tmp_path: Path) -> None:
        trained.run.save(tmp_path / "run.json")
        loaded = TrainingRun.load(tmp_path / "run.json")
        assert loaded.job_id == trained.run.job_id
        assert loaded.status() == "succeeded"
        assert loaded.wait() == trained.model

    def test_it_can_be_cancelled_when_it_has_ended(self, trained: Trained) -> None:
        trained.run.cancel()
        assert trained.run.status() == "succeeded"

    def test_a_model_that_is_there_is_not_lost(
        self, setting: Setting, trained: Trained
    ) -> None:
        assert not setting.trains.is_lost(trained.run.job_id)

    def test_what_was_cancelled_is_lost_and_begun_again(self, setting: Setting) -> None:
        if setting.long is None:
            pytest.skip("it is done at once")
        run = setting.train(setting.long)
        run.cancel()
        assert run.status() == "cancelled"
        assert setting.trains.is_lost(run.job_id)
        with pytest.raises(TrainingFailedError, match="cancelled"):
            run.wait()
        again = setting.train(setting.long)
        assert again.status() in {"queued", "running", "succeeded"}
        again.cancel()

    def test_what_failed_is_lost_and_told(self, setting: Setting) -> None:
        if setting.failing is None:
            pytest.skip("it does not fail")
        run = setting.train(setting.failing)
        with pytest.raises(TrainingFailedError) as failure:
            run.wait()
        assert run.status() == "failed"
        assert setting.trains.is_lost(run.job_id)
        with pytest.raises(TrainingFailedError) as again:
            run.wait()
        assert str(again.value) == str(failure.value)

    def test_what_is_not_there_is_lost(self, setting: Setting) -> None:
        if setting.long is None:
            pytest.skip("it has nothing to lose")
        assert setting.trains.is_lost("no-such-training")
        with pytest.raises(TrainingError):
            setting.trains.open("no-such-training").status()

    def test_an_unknown_hyperparameter_is_told_with_the_nearest(
        self, setting: Setting
    ) -> None:
        if setting.unknown is None:
            pytest.skip("it takes all")
        with pytest.raises(TrainingError, match="did you mean 'n_epochs'"):
            setting.trains.check(setting.model, {setting.unknown: 1})
