"""A training that a process of ours drives, and that outlives who asked for it.

    <folder of the job>/
      progress.jsonl  a line for each step
      output.log      what the process printed
      cancel          is there once somebody has cancelled it
      checkpoints/    what it goes on from; gone when it has succeeded
      model/          what it has made, if that stands here

The process (`drive.py`) holds the job's lock while it works, so there is never a second
one. It is in the process group of whoever started it: a Ctrl-C ends it too, with a
checkpoint; a death of its parent does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from sweepflow.training.errors import TrainingError, TrainingFailedError
from sweepflow.training.jobs import Job
from sweepflow.training.record import Reader
from sweepflow.training.run import Listener, Progress, Status, TrainedModel, TrainingRun
from sweepflow.training.watch import OUTPUT, begin, end, hold, is_worked_on, watch

if TYPE_CHECKING:
    from sweepflow.datasets import ChatDataset
    from sweepflow.training.jobs import Request

CANCEL: Final = "cancel"
CHECKPOINTS: Final = "checkpoints"
MODEL: Final = "model"

Report: TypeAlias = Callable[[Progress], None]
"""Takes a step that was done. One that was told before is left out."""

Stop: TypeAlias = Callable[[], bool]
"""Tells whether to stop now: to be asked at each step."""


class StoppedError(Exception):
    """Raised by `perform` when it has found that it is to stop."""


class Driven(Protocol):
    """What a backend has to have, beside being one, for its trainings to be driven."""

    name: str

    def perform(self, job: Job, report: Report, stop: Stop) -> Mapping[str, Any]:
        """Train, from the last checkpoint on if there is one, to the end.

        It is called in a process of its own. What it has to keep goes into the folder
        `checkpoints` of the job's, or into the job's notes; what it makes into the
        folder `model`, by rename.

        Returns:
            What to add to the job's notes; `model_id` in it becomes that of the model.

        Raises:
            StoppedError: It was told to stop, and has left a checkpoint.
            SweepflowError: It has failed, and would again. (So it has with any other
                error, which is told with its type.)
        """
        ...


def train(
    request: Request, dataset: ChatDataset, notes: Mapping[str, Any] | None = None
) -> TrainingRun:
    """Begin a training, unless there is one of this request; do not wait for its end.

    Args:
        request: What is asked for; its key becomes the id of the training.
        dataset: What it is trained on.
        notes: What `perform` needs to know and what is no part of the request, such as
            where a folder stands today.
    """
    job = Job.of(request, dataset)
    with suppress(BlockingIOError), hold(job):  # else somebody is at work on it
        _make_ready(job.reread(), notes or {})
    if not job.reread().ended:
        begin(job)
    return DrivenRun(request.backend, request.key)


def _make_ready(job: Job, notes: Mapping[str, Any]) -> None:
    """Let a job be worked on, unless its model is there. Its checkpoints stay."""
    if job.ended == "succeeded" and not _is_gone(job):
        return
    if job.ended:
        (job.folder / CANCEL).unlink(missing_ok=True)
        job = job.again()
    job.update(job_id=job.request.key, notes={**job.notes, **notes})


def is_lost(backend: str, job_id: str) -> bool:
    """Tell whether a training has failed, was cancelled, or is not there any more."""
    job = Job.find(backend, job_id)
    return job is None or job.is_over or _is_gone(job)


def _is_gone(job: Job) -> bool:
    """Tell whether a model was made here, and has been removed."""
    is_here = "model_id" in job.notes or (job.folder / MODEL).is_dir()
    return job.ended == "succeeded" and not is_here


class DrivenRun(TrainingRun):
    """A training that a process of ours drives."""

    def status(self) -> Status:
        """Tell how it stands: `queued` is what nobody is at work on."""
        is_running = is_worked_on(job := self._job())
        return job.reread().ended or ("running" if is_running else "queued")

    def wait(self, listener: Listener | None = None) -> TrainedModel:
        """Give the model; go on with the training if nobody is at work on it.

        An interruption ends the process that this one has started, with a checkpoint.
        """
        job = self._job()
        try:
            job = watch(job, listener or _nobody)
        except (KeyboardInterrupt, SystemExit):
            end(job)
            raise
        if job.is_over:
            raise TrainingFailedError(
                f"training {self.job_id} "
                + (
                    f"failed: {job.message}"
                    if job.ended == "failed"
                    else "was cancelled"
                ),
                hint=f"{job.folder / OUTPUT} says more",
            )
        if _is_gone(job):
            raise TrainingError(
                f"the model of training {self.job_id} is not in {job.folder} any more",
                hint="ask for the training again",
            )
        return self._model(job)

    def _model(self, job: Job) -> TrainedModel:
        path = job.folder / MODEL
        return TrainedModel(
            self.backend,
            str(job.notes.get("model_id", self.job_id)),
            path if path.is_dir() else None,
            tuple(Reader(job.folder).new()),
        )

    def cancel(self) -> None:
        """End it, and wait until nobody is at work on it."""
        job = self._job()
        if job.ended:
            return
        (job.folder / CANCEL).touch()
        with job.lock():
            if not (job := job.reread()).ended:
                job.update(ended="cancelled")

    def _job(self) -> Job:
        if job := Job.find(self.backend, self.job_id):
            return job
        raise TrainingError(
            f"there is no training {self.job_id!r} here",
            hint="its folder was removed, or belongs to another project",
        )


def _nobody(progress: Progress) -> None:
    """Listen to nothing."""
