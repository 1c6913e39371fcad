"""A backend that trains nothing, for trying a pipeline out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sweepflow.training.jobs import Request
from sweepflow.training.run import Listener, Progress, Status, TrainedModel, TrainingRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.datasets import ChatDataset


_NOTHING: Final = Progress(0, 0)


class DummyBackend:
    """Takes whatever it is given, trains nothing, and says so."""

    name = "dummy"

    def check(self, model: str, hyperparameters: Mapping[str, Any]) -> None:
        """Accept everything."""

    def train(
        self,
        dataset: ChatDataset,
        model: str,
        hyperparameters: Mapping[str, Any] | None = None,
        suffix: str | None = None,
    ) -> TrainingRun:
        """Give a training that has ended."""
        given = hyperparameters or {}
        chosen = {name: value for name, value in given.items() if value is not None}
        request = Request(self.name, model, chosen, suffix, dataset.digest)
        return DummyRun(request.key)

    def open(self, job_id: str) -> TrainingRun:
        """Give a training that has ended."""
        return DummyRun(job_id)

    def is_lost(self, job_id: str) -> bool:  # noqa: ARG002 - there is nothing to lose
        """Tell that it is not."""
        return False


class DummyRun(TrainingRun):
    """A training that has made nothing."""

    def __init__(self, job_id: str) -> None:
        super().__init__(DummyBackend.name, job_id)

    def status(self) -> Status:
        """Tell that it succeeded."""
        return "succeeded"

    def wait(self, listener: Listener | None = None) -> TrainedModel:
        """Give a model that does not exist."""
        if listener:
            listener(_NOTHING)
        model_id = f"untrained-{self.job_id.removeprefix('dummy-')}"
        return TrainedModel(self.backend, model_id, curve=(_NOTHING,))

    def cancel(self) -> None:
        """Do nothing: it has ended."""
