"""A training: how it stands, and what comes of it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweepflow.training.errors import TrainingError

if TYPE_CHECKING:
    import os

Status: TypeAlias = Literal["queued", "running", "succeeded", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Args:
        step: Updates of the weights done.
        total: Of how many; None where a service does not tell.
        metrics: What was measured at this step, by name, such as `loss` (mean over the
            trained tokens of a batch, in nats) and `learning_rate`.
    """

    step: int
    total: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])


Listener: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What a training has made.

    Args:
        backend: The name of what trained it.
        model_id: What the service knows it by; of a local one, its job.
        path: The folder with weights and tokenizer, where there is one.
        curve: What was measured, step by step.
    """

    backend: str
    model_id: str
    path: Path | None = None
    curve: tuple[Progress, ...] = ()


class TrainingRun(ABC):
    """A training that was asked for; it outlives the process that asked.

    Whoever has its id, or the file that `save` wrote, can go on with it: no method
    begins a second training in its place.

    Args:
        backend: The name of what trains.
        job_id: What that knows it by.
    """

    def __init__(self, backend: str, job_id: str) -> None:
        self.backend = backend
        self.job_id = job_id

    @abstractmethod
    def status(self) -> Status:
        """Tell how it stands at this moment.

        Raises:
            TrainingError: That cannot be told: there is no such job, or no connection.
        """

    @abstractmethod
    def wait(self, listener: Listener | None = None) -> TrainedModel:
        """Give the model as soon as there is one, at once if it is there already.

        Args:
            listener: Gets each step of progress once, also those from before the call.

        Raises:
            TrainingFailedError: It failed or was cancelled; with the service's words.
            TrainingError: As for `status`.
        """

    @abstractmethod
    def cancel(self) -> None:
        """End it; nothing happens if it has ended.

        Raises:
            TrainingError: As for `status`.
        """

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what `load` needs into a JSON file."""
        said = {"backend": self.backend, "job_id": self.job_id}
        Path(path).write_text(json.dumps(said) + "\n", "utf-8")

    @staticmethod
    def load(path: str | os.PathLike[str]) -> TrainingRun:
        """Give the training that `save` wrote down.

        Raises:
            TrainingError: The file says of none, or its backend is not known.
        """
        from sweepflow.training.backend import get_backend

        try:
            said = json.loads(Path(path).read_bytes())
            backend, job_id = str(said["backend"]), str(said["job_id"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise TrainingError(
                f"{path} does not name a training: {error}",
                hint="give a file that `TrainingRun.save` wrote",
            ) from None
        return get_backend(backend).open(job_id)
