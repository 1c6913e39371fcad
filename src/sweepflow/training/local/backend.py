"""Training on this machine."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from sweepflow.extras import need
from sweepflow.training import driven
from sweepflow.training.errors import TrainingError
from sweepflow.training.jobs import Request
from sweepflow.training.local import models
from sweepflow.training.local.hyperparameters import Hyperparameters
from sweepflow.training.local.work import BASE, PURPOSE, device_of, work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.datasets import ChatDataset
    from sweepflow.training.driven import Report, Stop
    from sweepflow.training.jobs import Job
    from sweepflow.training.run import TrainingRun


class LocalBackend:
    """Fine-tunes a model on CPU or GPU, in a process of its own.

    Same request, same machine: the same weights, bit for bit. One that was killed goes
    on from its last checkpoint as soon as somebody waits for it.
    """

    name: Final = "local"

    def check(self, model: str, hyperparameters: Mapping[str, Any]) -> None:
        """See whether training could begin."""
        chosen = Hyperparameters.of(hyperparameters)
        names = ("transformers", "torch", *(["peft"] if chosen.lora_rank else []))
        for name in names:
            if find_spec(name) is None:  # to import them takes seconds
                need(name, extra="local", purpose=PURPOSE)
        if chosen.device not in {"auto", "cpu"}:
            device_of(need("torch", extra="local", purpose=PURPOSE), chosen.device)
        models.check(model)

    def train(
        self,
        dataset: ChatDataset,
        model: str,
        hyperparameters: Mapping[str, Any] | None = None,
        suffix: str | None = None,
    ) -> TrainingRun:
        """Begin a training, or give the one of the same request."""
        chosen = Hyperparameters.of(hyperparameters or {})
        self.check(model, hyperparameters or {})
        if not dataset:
            raise TrainingError("there is nothing to train on: the dataset is empty")
        request = Request(
            self.name, models.identity(model), asdict(chosen), suffix, dataset.digest
        )
        return driven.train(request, dataset, {BASE: models.absolute(model)})

    def open(self, job_id: str) -> TrainingRun:
        """Give a training that was begun."""
        return driven.DrivenRun(self.name, job_id)

    def is_lost(self, job_id: str) -> bool:
        """Tell whether it has failed, was cancelled, or its folder is gone."""
        return driven.is_lost(self.name, job_id)

    def perform(self, job: Job, report: Report, stop: Stop) -> Mapping[str, Any]:
        """Train, in a process of its own: see `driven.Driven`."""
        work(job, report, stop)
        return {}
