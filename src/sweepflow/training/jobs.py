"""What is known here of each training, in a folder of its own.

    <home>/training/<backend>-<short digest of the request>/
      job.json        the request; the id that the service gave; how it ended
      dataset.jsonl   what it is trained on
      lock            held while a training is begun, or goes on in a process of ours

The folder stands before a service is asked, and has its answer after. So a process that
was killed in between leaves a request without an id, of which the service can be asked.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from sweepflow.datasets import ChatDataset
from sweepflow.workflow.keeping import exclusive, state_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sweepflow.training.run import Status


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: equal requests are one training.

    Args:
        backend: Of whom.
        model: What training starts from.
        hyperparameters: All of them, the defaults too.
        suffix: For the name of the model.
        dataset: The digest of the dataset.
    """

    backend: str
    model: str
    hyperparameters: Mapping[str, Any]
    suffix: str | None
    dataset: str

    @property
    def key(self) -> str:
        """The name of its folder: the backend and 16 hexadecimal digits of SHA-256."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return f"{self.backend}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Job:
    """A training as it is known here; what is written is a new one.

    Args:
        folder: Where it is kept.
        request: What was asked for.
        job_id: What the service knows it by; None until that has answered.
        ended: How it ended, once that is known.
        message: What the service said of that.
        earlier: The ids of what failed or was cancelled before it.
        notes: What the backend has to know of it beside.
    """

    folder: Path
    request: Request
    job_id: str | None = None
    ended: Status | None = None
    message: str | None = None
    earlier: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def of(cls, request: Request, dataset: ChatDataset) -> Self:
        """Give the job of a request: the one that there is, or a new one."""
        folder = _folder() / request.key
        if job := cls.at(folder):
            return job
        folder.mkdir(exist_ok=True)
        with exclusive(folder / "lock", wait=True):  # another may be about to write it
            if job := cls.at(folder):
                return job
            dataset.save(folder / "dataset.jsonl")
            return cls(folder, request).update()

    @classmethod
    def find(cls, backend: str, job_id: str) -> Self | None:
        """Give the job that a service knows by an id, if it was asked for from here."""
        # Where we give the id, it names the folder, and no other has to be read.
        folders = _folder().glob(f"{backend}-*")
        for folder in sorted(folders, key=lambda each: each.name != job_id):
            job = cls.at(folder)
            if job and job_id in {job.job_id, *job.earlier}:
                return job
        return None

    @classmethod
    def at(cls, folder: Path) -> Self | None:
        """Give the job that is kept in a folder, if there is one."""
        try:
            said = json.loads((folder / "job.json").read_bytes())
        except FileNotFoundError:
            return None
        said["request"] = Request(**said["request"])
        said["earlier"] = tuple(said["earlier"])
        return cls(folder, **said)

    @property
    def is_over(self) -> bool:
        """Whether it ended without a model, so that another may take its place."""
        return self.ended in {"failed", "cancelled"}

    @property
    def dataset(self) -> ChatDataset:
        """What it is trained on."""
        return ChatDataset.load(self.folder / "dataset.jsonl")

    def lock(self, *, wait: bool = True) -> AbstractContextManager[None]:
        """Hold what nobody else holds at the time.

        Raises:
            BlockingIOError: Somebody does, and that is not to be waited for.
        """
        return exclusive(self.folder / "lock", wait=wait)

    def reread(self) -> Self:
        """Give it as another process may have left it."""
        return self.at(self.folder) or self

    def update(self, **changes: Any) -> Self:  # noqa: ANN401 - fields of its own
        """Write it down with changes, for certain, and give what was written."""
        job = replace(self, **changes)
        said = {name: value for name, value in asdict(job).items() if name != "folder"}
        writer = f"{os.getpid()}-{threading.get_ident()}"
        temporary = self.folder / f"job.json.{writer}"
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(said, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.folder / "job.json")
        return job

    def again(self) -> Self:
        """Give up what failed or was cancelled, so that another may be begun."""
        gone = (self.job_id,) if self.job_id else ()
        return self.update(
            job_id=None, ended=None, message=None, earlier=(*self.earlier, *gone)
        )


def _folder() -> Path:
    return state_folder("training")
