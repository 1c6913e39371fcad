"""Trainings at a service are begun, and never twice.

A service takes money for each job. So one is made only when none is known here, and
none is found there that carries the key of the request: that would be one whose answer
never came, because the connection broke or this process was killed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sweepflow.training.errors import TrainingError
from sweepflow.training.hosted.run import HostedRun, recorded
from sweepflow.training.hosted.service import UnansweredError
from sweepflow.training.jobs import Job, Request
from sweepflow.training.retry import pauses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.datasets import ChatDataset
    from sweepflow.training.hosted.service import Service
    from sweepflow.training.run import TrainingRun

LOOKS: Final = (0.0, 2.0, 6.0)
"""Seconds before each look for a job that may have been made: what was made a moment
ago need not be in the list yet."""
ATTEMPTS: Final = 6


class HostedBackend:
    """Trains at a service."""

    name: ClassVar[str]
    service: ClassVar[type[Service]]

    def __init__(self) -> None:
        self._service = self.service()

    def check(self, model: str, hyperparameters: Mapping[str, Any]) -> None:
        """Look whether `train` could begin, without asking the service."""
        self._service.check(model, None)
        self._service.complete(hyperparameters)

    def train(
        self,
        dataset: ChatDataset,
        model: str,
        hyperparameters: Mapping[str, Any] | None = None,
        suffix: str | None = None,
    ) -> TrainingRun:
        """Begin a training, or give the one that there is of the same request."""
        service = self._service
        service.check(model, suffix)
        complete = service.complete(hyperparameters or {})
        request = Request(self.name, model, complete, suffix, dataset.digest)
        job = Job.of(request, dataset)
        with job.lock():
            job = job.reread()
            if job.job_id and not job.ended:
                job = recorded(job, service.state(job.job_id))
            if job.is_over:
                job = job.again()
            if job.job_id is None:
                job = _begun(service, job)
        return HostedRun(service, str(job.job_id))

    def open(self, job_id: str) -> TrainingRun:
        """Give a training that was begun."""
        return HostedRun(self._service, job_id)

    def is_lost(self, job_id: str) -> bool:
        """Tell whether it has failed, was cancelled, or is not known here."""
        job = Job.find(self.name, job_id)
        return job is None or job.is_over or job.job_id != job_id


def _begun(service: Service, job: Job) -> Job:
    """Give the job with the id that the service has of it, made there if need be."""
    for attempt, pause in enumerate(pauses(1.0, 20.0, factor=2.0), 1):
        try:
            job_id = _found(service, job) or _created(service, job)
        except UnansweredError as error:
            if attempt == ATTEMPTS:
                raise
            time.sleep(pause if error.after is None else error.after)
            job = job.reread()
        else:
            notes = {**job.reread().notes, "asked": False}
            return job.update(job_id=job_id, notes=notes)
    raise AssertionError  # pauses have no end


def _found(service: Service, job: Job) -> str | None:
    """Look for it among the jobs of the service."""
    for pause in LOOKS if job.notes.get("asked") else LOOKS[:1]:
        time.sleep(pause)
        if job_id := service.find(job):
            return job_id
    return None


def _created(service: Service, job: Job) -> str:
    job = job.update(notes={**job.notes, "file": service.upload(job)})
    # Noted before: who comes after a kill -9 has to know that there may be one.
    job = job.update(notes={**job.notes, "asked": True})
    try:
        return service.create(job)
    except UnansweredError:
        raise
    except TrainingError:
        job.update(notes={**job.notes, "asked": False})
        raise
