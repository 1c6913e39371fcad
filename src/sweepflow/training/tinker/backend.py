"""Training by Tinker: LoRA on its machines, driven from here."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sweepflow.training import driven
from sweepflow.training.jobs import Request
from sweepflow.training.tinker.service import check_key, sdk
from sweepflow.training.tinker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.datasets import ChatDataset
    from sweepflow.training.driven import Report, Stop
    from sweepflow.training.jobs import Job
    from sweepflow.training.run import TrainingRun


class TinkerBackend:
    """Trains by Tinker, with the key in TINKER_API_KEY.

    Tinker does what its client asks for, step by step. So a process of ours has to stay
    alive; when it dies, waiting for the training goes on from the last checkpoint.
    """

    name: Final = "tinker"

    def check(self, model: str, hyperparameters: Mapping[str, Any]) -> None:
        """See what can be seen from here: whether Tinker has the model, it will say."""
        del model
        Settings.of(hyperparameters)
        sdk()
        check_key()

    def train(
        self,
        dataset: ChatDataset,
        model: str,
        hyperparameters: Mapping[str, Any] | None = None,
        suffix: str | None = None,
    ) -> TrainingRun:
        """Begin a training, or give the one of the same request."""
        self.check(model, hyperparameters or {})
        settings = asdict(Settings.of(hyperparameters or {}))
        request = Request(self.name, model, settings, suffix, dataset.digest)
        return driven.train(request, dataset)

    def open(self, job_id: str) -> TrainingRun:
        """Give a training that was begun."""
        return driven.DrivenRun(self.name, job_id)

    def is_lost(self, job_id: str) -> bool:
        """Tell whether it has failed, was cancelled, or is not known here."""
        return driven.is_lost(self.name, job_id)

    def perform(self, job: Job, report: Report, stop: Stop) -> Mapping[str, Any]:
        """Train, in a process of its own: see `driven.Driven`."""
        from sweepflow.training.tinker.loop import Loop

        check_key()
        return Loop(job, report, stop).run()
