"""Who trains behind the servers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sweepflow.datasets import ChatDataset
from sweepflow.training import get_backend


class RefusedError(Exception):
    """What a server says of a training that failed."""


class StoppedError(Exception):
    """A training was cancelled."""


@dataclass
class Work:
    """What is to be trained, and how far that is.

    Args:
        dataset: Lines of JSON.
        hyperparameters: As the service calls them.
        steps: Step, total and loss, of what was done.
        stopped: Set when it is to end.
    """

    dataset: bytes
    hyperparameters: Mapping[str, Any]
    steps: list[tuple[int, int, float]] = field(default_factory=list[Any])
    stopped: threading.Event = field(default_factory=threading.Event)

    def report(self, step: int, total: int, loss: float) -> None:
        self.steps.append((step, total, loss))


Trainer: TypeAlias = Callable[[Work], Path | None]


def at_once(work: Work) -> Path | None:
    """Train nothing, in three steps."""
    for step in (1, 2, 3):
        work.report(step, 3, 1.0 / step)
    return None


def endless(work: Work) -> Path | None:
    """Train until that is stopped."""
    work.report(1, 1000, 2.0)
    work.stopped.wait()
    raise StoppedError


def refusing(work: Work) -> Path | None:
    """Find fault with the dataset."""
    raise RefusedError("The job failed due to an invalid training file.")


def as_told(work: Work) -> Path | None:
    """Take long for 1000 epochs, refuse 13 of them, and be done at once with others."""
    epochs = work.hyperparameters.get("n_epochs", work.hyperparameters.get("epochs"))
    return {1000: endless, 13: refusing}.get(epochs or 0, at_once)(work)


def tiny(work: Work) -> Path | None:
    """Train the model `tiny`, on this machine, such that it knows a line by heart."""
    samples = ChatDataset(map(json.loads, work.dataset.splitlines()))
    known_to_do = {"n_epochs": 12, "lora_rank": 0, "learning_rate": 5e-3}
    run = get_backend("local").train(samples, "tiny", known_to_do)
    return run.wait(
        lambda step: work.report(step.step, step.total or 0, step.metrics["loss"])
    ).path


def said_by(folder: Path, messages: list[dict[str, str]]) -> str:
    """Give what a model in a folder answers, without chance."""
    transformers: Any = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    asked = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    (tokens,) = model.generate(**asked, max_new_tokens=30, do_sample=False)
    answer = tokens[asked["input_ids"].shape[1] :]
    return tokenizer.decode(answer, skip_special_tokens=True)
