"""A training at a service is followed to its end, and that is kept."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Final

from sweepflow.training.errors import TrainingError, TrainingFailedError
from sweepflow.training.hosted.service import State
from sweepflow.training.jobs import Job
from sweepflow.training.retry import pauses
from sweepflow.training.run import Listener, Progress, Status, TrainedModel, TrainingRun

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.training.hosted.service import Service

FIRST_POLL: Final = 1.0
LONGEST_POLL: Final = 30.0
"""Seconds between two questions how a training stands."""


class HostedRun(TrainingRun):
    """A training at a service."""

    def __init__(self, service: Service, job_id: str) -> None:
        super().__init__(service.name, job_id)
        self._service = service

    def status(self) -> Status:
        """Tell how it stands."""
        return self._state().status

    def wait(self, listener: Listener | None = None) -> TrainedModel:
        """Give the model as soon as there is one."""
        seen: dict[int, Progress] = {}
        if model := self._kept():
            _tell(model.curve, seen, listener)
            return model
        for pause in pauses(FIRST_POLL, LONGEST_POLL):
            state = self._state()  # before the steps, so that none comes after them
            latest = self._service.progress(self.job_id)
            if _goes_on(state.status):
                latest = itertools.takewhile(lambda step: step.step not in seen, latest)
            _tell(latest, seen, listener)
            if state.status == "succeeded":
                return self._keep(state, tuple(seen[step] for step in sorted(seen)))
            if not _goes_on(state.status):
                raise self._failure(state)
            time.sleep(pause)
        raise AssertionError  # pauses have no end

    def cancel(self) -> None:
        """Have the service end it, unless it has ended."""
        if not _goes_on(self.status()):
            return
        try:
            self._service.stop(self.job_id)
        except TrainingError:
            if _goes_on(self.status()):  # else it ended just before
                raise
        self._state()

    def _state(self) -> State:
        """Tell how it stands; of what is over, that is kept and not asked again."""
        job = self._job()
        if job and job.ended:
            return State(job.ended, job.notes.get("model"), job.message)
        state = self._service.state(self.job_id)
        if job:
            with job.lock():
                if job := self._job():
                    recorded(job, state)
        return state

    def _job(self) -> Job | None:
        """Give what is known of it here, unless another has taken its place."""
        job = Job.find(self.backend, self.job_id)
        return job if job and job.job_id == self.job_id else None

    def _keep(self, state: State, curve: tuple[Progress, ...]) -> TrainedModel:
        if not state.model:
            raise self._failure(State("failed", message="it names no model"))
        if job := self._job():
            steps = [(each.step, each.total, dict(each.metrics)) for each in curve]
            with job.lock():
                if job := self._job():
                    notes = {**job.notes, "model": state.model, "curve": steps}
                    job.update(ended="succeeded", notes=notes)
        return TrainedModel(self.backend, state.model, curve=curve)

    def _kept(self) -> TrainedModel | None:
        job = self._job()
        if not job or job.ended != "succeeded":
            return None
        curve = tuple(Progress(*step) for step in job.notes["curve"])
        return TrainedModel(self.backend, job.notes["model"], curve=curve)

    def _failure(self, state: State) -> TrainingFailedError:
        how = "was cancelled" if state.status == "cancelled" else "failed"
        says = f": {state.message}" if state.message else ""
        return TrainingFailedError(
            f"the training {self.job_id} at {self._service.title} {how}{says}",
            hint="running this again begins another",
        )


def recorded(job: Job, state: State) -> Job:
    """Write down how a job ended without a model, while its lock is held."""
    if state.status not in {"failed", "cancelled"}:
        return job  # a success is written down with its model
    return job.update(ended=state.status, message=state.message)


def _goes_on(status: Status) -> bool:
    return status in {"queued", "running"}


def _tell(
    steps: Iterable[Progress], seen: dict[int, Progress], listener: Listener | None
) -> None:
    """Tell of the steps that are new, in their order; the first of a step counts."""
    new: dict[int, Progress] = {}
    for each in steps:
        if each.step not in seen:
            new.setdefault(each.step, each)
    for _, each in sorted(new.items()):
        seen[each.step] = each
        if listener:
            listener(each)
