"""As much of OpenAI as is used: files, fine-tuning jobs, and the models they make."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.training.servers.loopback import Answer, Asked, Loopback
from tests.training.servers.trainers import (
    RefusedError,
    StoppedError,
    Trainer,
    Work,
    at_once,
    said_by,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEY = "sk-loopback-4bb1f7c2e6d94a3f"


@dataclass
class TrainingJob:
    """A job, and what is done for it."""

    number: int
    body: Mapping[str, Any]
    work: Work
    status: str = "validating_files"
    error: Mapping[str, Any] | None = None
    model: str | None = None
    result_files: list[str] = field(default_factory=list[str])

    @property
    def id(self) -> str:
        return f"ftjob-{self.number}"

    @property
    def said(self) -> dict[str, Any]:
        return {
            "object": "fine_tuning.job",
            "id": self.id,
            "created_at": self.number,
            "finished_at": None,
            "model": self.body["model"],
            "fine_tuned_model": self.model,
            "organization_id": "org-loopback",
            "status": self.status,
            "hyperparameters": self.work.hyperparameters,
            "training_file": self.body["training_file"],
            "validation_file": None,
            "result_files": self.result_files,
            "trained_tokens": None,
            "error": self.error,
            "seed": self.body["seed"],
            "metadata": self.body["metadata"],
            "method": self.body["method"],
        }

    @property
    def events(self) -> list[dict[str, Any]]:
        """What happened, the latest first."""
        texts: list[tuple[str, str, Any]] = [("message", "Validating file", None)]
        for step, total, loss in self.work.steps:
            data = {"step": step, "total_steps": total, "train_loss": loss}
            text = f"Step {step}/{total}: training loss={loss:.2f}"
            texts.append(("metrics", text, data))
        return [
            {
                "object": "fine_tuning.job.event",
                "id": f"ftevent-{self.number}-{number}",
                "created_at": number,
                "level": "info",
                "type": kind,
                "message": text,
                "data": data,
            }
            for number, (kind, text, data) in reversed([*enumerate(texts)])
        ]


class OpenAIServer(Loopback):
    """OpenAI on loopback; its models are those that `trainer` makes.

    Args:
        trainer: What is done for a job, in a thread of its own.
    """

    def __init__(self, trainer: Trainer = at_once) -> None:
        super().__init__()
        self.trainer = trainer
        self.files: dict[str, bytes] = {}
        self.jobs: dict[str, TrainingJob] = {}
        self.models: dict[str, Path | None] = {}
        self.late = 0
        """How many lists of jobs are still given without any."""
        job = r"/v1/fine_tuning/jobs/(?P<job>[^/]+)"
        for method, pattern, route in (
            ("POST", r"/v1/files", self._upload),
            ("GET", r"/v1/files/(?P<file>[^/]+)", self._file),
            ("GET", r"/v1/files/(?P<file>[^/]+)/content", self._content),
            ("POST", r"/v1/fine_tuning/jobs", self._create),
            ("GET", r"/v1/fine_tuning/jobs", self._list),
            ("GET", job, self._job),
            ("GET", rf"{job}/events", self._events),
            ("POST", rf"{job}/cancel", self._cancel),
            ("POST", r"/v1/chat/completions", self._chat),
        ):
            self.routes.append((method, re.compile(pattern), route))

    def answer(self, asked: Asked) -> Answer:
        given = asked.headers["authorization"].removeprefix("Bearer ")
        if given != KEY:
            # Theirs shows the key with its middle left out.
            shown = f"{given[:8]}***{given[-4:]}, in full {given}"
            return refusal(401, f"Incorrect API key provided: {shown}.")
        return super().answer(asked)

    def cancel(self, job_id: str) -> None:
        """Cancel a job, as somebody may on their pages."""
        with self.lock:
            job = self.jobs[job_id]
            job.status = "cancelled"
            job.work.stopped.set()

    def _upload(self, asked: Asked) -> Answer:
        form = asked.form()
        assert form["purpose"] == b"fine-tune"
        file = f"file-{len(self.files)}"
        self.files[file] = form["file"]
        return Answer(self._said_of_file(file))

    def _said_of_file(self, file: str) -> dict[str, Any]:
        return {
            "object": "file",
            "id": file,
            "bytes": len(self.files[file]),
            "created_at": 0,
            "filename": "dataset.jsonl",
            "purpose": "fine-tune",
            "status": "processed",
        }

    def _file(self, asked: Asked) -> Answer:
        if asked.found["file"] not in self.files:
            return refusal(404, f"No such File object: {asked.found['file']}")
        return Answer(self._said_of_file(asked.found["file"]))

    def _content(self, asked: Asked) -> Answer:
        return Answer(self.files[asked.found["file"]])

    def _create(self, asked: Asked) -> Answer:
        body = asked.json
        if not body["model"].startswith("gpt-"):
            text = f"Model {body['model']} is not available for fine-tuning."
            return refusal(400, text, param="model")
        if body["training_file"] not in self.files:
            return refusal(400, "invalid training_file", param="training_file")
        method = body["method"]
        assert method["type"] == "supervised"
        hyperparameters = method["supervised"]["hyperparameters"]
        work = Work(self.files[body["training_file"]], hyperparameters)
        job = TrainingJob(len(self.jobs), body, work)
        self.jobs[job.id] = job
        threading.Thread(target=self._train, args=(job,), daemon=True).start()
        return Answer(job.said)

    def _train(self, job: TrainingJob) -> None:
        with self.lock:
            job.status = "running"
        try:
            made = self.trainer(job.work)
        except RefusedError as error:
            job.error = {
                "code": "invalid_training_file",
                "message": str(error),
                "param": "training_file",
            }
            job.status = "failed"
        except StoppedError:
            job.status = "cancelled"
        else:
            with self.lock:
                name = f"ft:{job.body['model']}:loopback:{job.body['suffix'] or ''}"
                job.model = f"{name}:{job.number}"
                self.models[job.model] = made
                job.status = "succeeded"

    def _list(self, asked: Asked) -> Answer:
        query = dict(asked.query)
        self.late -= 1
        shown = [*self.jobs.values()] if self.late < 0 else list[TrainingJob]()
        jobs = [job.said for job in reversed(shown)]
        for name, value in asked.query:
            if found := re.fullmatch(r"metadata\[(\w+)\]", name):
                jobs = [job for job in jobs if job["metadata"].get(found[1]) == value]
        return page(jobs, query)

    def _job(self, asked: Asked) -> Answer:
        job = self.jobs.get(asked.found["job"])
        if job is None:
            return refusal(404, f"Could not find fine tune: {asked.found['job']}")
        return Answer(job.said)

    def _events(self, asked: Asked) -> Answer:
        events = self.jobs[asked.found["job"]].events
        return page(
            events, dict(asked.query) | {"limit": "2"}
        )  # so that there are pages

    def _cancel(self, asked: Asked) -> Answer:
        job = self.jobs[asked.found["job"]]
        if job.status in {"succeeded", "failed", "cancelled"}:
            return refusal(400, f"Job has already {job.status}.")
        self.cancel(job.id)
        return Answer(job.said)

    def _chat(self, asked: Asked) -> Answer:
        body = asked.json
        folder = self.models.get(body["model"])
        if folder is None:
            return refusal(404, f"The model {body['model']} does not exist.")
        text = said_by(folder, body["messages"])
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        said = {"id": "chatcmpl-0", "object": "chat.completion", "created": 0}
        return Answer({**said, "model": body["model"], "choices": [choice]})


def refusal(status: int, message: str, **more: str) -> Answer:
    """Give an error as they word it."""
    error = {"message": message, "type": "invalid_request_error", "param": None}
    return Answer({"error": {**error, "code": None, **more}}, status)


def page(items: list[dict[str, Any]], query: Mapping[str, str]) -> Answer:
    """Give a part of a list, from after the item with a given id on."""
    ids = [item["id"] for item in items]
    start = ids.index(query["after"]) + 1 if "after" in query else 0
    end = start + int(query.get("limit", "20"))
    more = end < len(items)
    return Answer({"object": "list", "data": items[start:end], "has_more": more})
