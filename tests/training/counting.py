"""A backend that counts, driven by a process as a training is; such as users may write.

Its hyperparameters: `n_epochs` is how far it counts, `pause` how long it takes for each
number, `fails_at` and `dies_at` at which numbers it goes wrong.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

from sweepflow.training import Progress, TrainingError, TrainingRun, driven
from sweepflow.training.jobs import Job, Request
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.datasets import ChatDataset

NAME = "tests.training.counting:CountingBackend"
DEFAULTS = {"n_epochs": 5, "pause": 0.0, "fails_at": 0, "dies_at": 0, "seed": 0}


class CountingBackend:
    """Counts."""

    name = NAME

    def check(self, model: str, hyperparameters: Mapping[str, Any]) -> None:
        for name in hyperparameters:
            if name not in DEFAULTS:
                hint = did_you_mean(name, DEFAULTS, "hyperparameters")
                raise TrainingError(f"no hyperparameter {name!r}", hint=hint)

    def train(
        self,
        dataset: ChatDataset,
        model: str,
        hyperparameters: Mapping[str, Any] | None = None,
        suffix: str | None = None,
    ) -> TrainingRun:
        given = {k: v for k, v in (hyperparameters or {}).items() if v is not None}
        all_of_them = {**DEFAULTS, **given}
        request = Request(self.name, model, all_of_them, suffix, dataset.digest)
        return driven.train(request, dataset)

    def open(self, job_id: str) -> TrainingRun:
        return driven.DrivenRun(self.name, job_id)

    def is_lost(self, job_id: str) -> bool:
        return driven.is_lost(self.name, job_id)

    def perform(
        self, job: Job, report: driven.Report, stop: driven.Stop
    ) -> Mapping[str, Any]:
        """Count on from the last checkpoint, which is the number."""
        chosen = job.request.hyperparameters
        folder = job.folder / driven.CHECKPOINTS
        folder.mkdir(exist_ok=True)
        kept = folder / "number"
        with (job.folder / "begun").open("a") as file:
            file.write(f"{os.getpid()}\n")
        first = int(kept.read_text()) if kept.exists() else 0
        for number in range(first + 1, chosen["n_epochs"] + 1):
            if stop():
                kept.write_text(str(number - 1))
                raise driven.StoppedError
            time.sleep(chosen["pause"])
            if number == chosen["fails_at"]:
                raise TrainingError("it was to fail", hint="do not ask for it")
            if number == chosen["dies_at"]:
                os.kill(os.getpid(), signal.SIGKILL)
            report(Progress(number, chosen["n_epochs"], {"loss": 1.0 / number}))
        return {"model_id": f"counted-to-{chosen['n_epochs']}"}
