"""What we need of a service that trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sweepflow.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sweepflow.training.jobs import Job
    from sweepflow.training.run import Progress, Status


@dataclass(frozen=True, slots=True)
class State:
    """How a training stands at its service.

    Args:
        status: In our words.
        model: The name of what it has made.
        message: What the service says of its failure.
    """

    status: Status
    model: str | None = None
    message: str | None = None


class UnansweredError(TrainingError):
    """A service did not answer, or not now: whether it did what was asked is open."""

    exit_status = 1

    def __init__(
        self, message: str, *, hint: str | None = None, after: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.after = after
        """Seconds that the service wants to be left alone for."""


class Service(Protocol):
    """A service that makes jobs, which cost money, and can be asked for them.

    All methods raise a TrainingError with the words of the service where it refuses,
    and an UnansweredError where it cannot be reached after some patience: minutes, in
    `state` and `progress`.
    """

    name: str
    title: str
    """Its name, for people."""

    def complete(self, hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give all hyperparameters, the defaults too, without asking the service."""
        ...

    def check(self, model: str, suffix: str | None) -> None:
        """Look for package, key, and names that may be valid, without asking it.

        Raises:
            MissingExtraError: The package is not installed.
            TrainingError: Something is not there, or cannot be valid.
        """
        ...

    def upload(self, job: Job) -> str:
        """Give the id of the dataset's file there; `file` in the job's notes is it."""
        ...

    def find(self, job: Job) -> str | None:
        """Give the id of the job that carries the request's key, if there is one.

        What failed, was cancelled or is one of the `earlier` does not count.
        """
        ...

    def create(self, job: Job) -> str:
        """Have a job made that carries the request's key, and give its id."""
        ...

    def state(self, job_id: str) -> State:
        """Tell how a job stands."""
        ...

    def progress(self, job_id: str) -> Iterable[Progress]:
        """Give the steps of a job so far, the latest first."""
        ...

    def stop(self, job_id: str) -> None:
        """Have a job cancelled that goes on."""
        ...
