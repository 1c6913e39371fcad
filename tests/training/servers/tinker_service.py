"""What the server of Tinker's protocol does of what it is asked.

A small model is really trained, in the order in which the client numbers its requests;
a request that is made twice, as after a lost connection, is done once.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.training.servers import tinker_model
from tests.training.servers.tinker_wire import read_batch, write_losses, write_sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LARGEST_RANK = 128
Answer = dict[str, Any] | bytes


@dataclass
class Fault:
    """What goes wrong with a request, so many times.

    Args:
        path: The last part of its path.
        status: With which it is refused; 0: it is done, and the connection dropped.
        words: What the service says of it.
        fails: The request is taken, and fails when it is done.
        category: Whose fault the service says that it is: `user` or `server`.
        after: So many requests go well before.
    """

    path: str
    status: int = 0
    words: str = "told to go wrong"
    times: int = 1
    fails: bool = False
    category: str = "user"
    after: int = 0


class Refused(Exception):  # noqa: N818 - no error of ours
    """The service refuses a request with a status and its words."""


@dataclass
class TrainingModel:
    """What a client trains: its requests are done in the order of their numbers."""

    learner: tinker_model.Learner
    waiting: dict[int, Callable[[], None]] = field(
        default_factory=dict[int, "Callable[[], None]"]
    )
    next: int = 1

    def take(self, number: int, work: Callable[[], None]) -> None:
        self.waiting[number] = work
        while self.next in self.waiting:
            self.waiting.pop(self.next)()
            self.next += 1


class Tinker:
    """The service: what was asked of it, what it has, and what is to go wrong."""

    def __init__(self, folder: Path, *, pause: float = 0) -> None:
        self.folder = folder
        self.base = tinker_model.base(folder)
        self.pause = pause  # of each forward_backward, in seconds
        self.url = ""
        self.asked: Counter[str] = Counter()
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[Fault] = []
        self.batches: list[list[tinker_model.Datum]] = []
        self.models: dict[str, TrainingModel] = {}
        self.weights: dict[str, dict[str, Any]] = {}
        self.samplers: dict[str, Any] = {}
        self.futures: dict[str, Answer] = {}
        self.known: dict[tuple[Any, ...], str] = {}
        self.lock = threading.Lock()

    def fault(self, path: str, *, fails: bool) -> Fault | None:
        """Give what goes wrong with this request, if anything does."""
        for fault in self.faults:
            if fault.path != path or fault.fails != fails or not fault.times:
                continue
            if fault.after:
                fault.after -= 1
                continue
            fault.times -= 1
            return fault
        return None

    def answer(self, path: str, said: dict[str, Any], body: bytes) -> Answer:
        """Do what is asked at a path."""
        name = path.rsplit("/", 1)[-1]
        with self.lock:
            if path.startswith("/api/v1/samplers/"):
                return {"sampler_id": name, "base_model": str(self.folder)}
            if name == "forward_backward":
                said, data = read_batch(body)
                self.batches.append(data)
                time.sleep(self.pause)
                return self.later(name, said, lambda model: self.learn(model, data))
            do = getattr(self, f"do_{name}", None)
            return do(said) if do else {}

    # Sessions

    def do_create_session(self, said: dict[str, Any]) -> Answer:
        return {"session_id": uuid.uuid4().hex}

    def do_get_info(self, said: dict[str, Any]) -> Answer:
        data = {"model_name": str(self.folder), "tokenizer_id": str(self.folder)}
        return {"model_id": said["model_id"], "model_data": data, "is_lora": True}

    # Training

    def do_create_model(self, said: dict[str, Any]) -> Answer:
        if said["base_model"] not in {"tiny", str(self.folder)}:
            raise Refused(400, f"base model {said['base_model']} is not supported")
        if said["lora_config"]["rank"] > LARGEST_RANK:
            raise Refused(400, f"the rank is at most {LARGEST_RANK}")
        return self.create(said)

    def do_load_weights(self, said: dict[str, Any]) -> Answer:
        if said["path"] not in self.weights:
            raise Refused(404, f"no checkpoint {said['path']}")
        future = self.create(said)
        model = self.models[f"{said['session_id']}:train:{said['model_seq_id']}"]
        model.learner.load(self.weights[said["path"]], optimizer=said["optimizer"])
        return future

    def create(self, said: dict[str, Any]) -> Answer:
        model_id = f"{said['session_id']}:train:{said['model_seq_id']}"
        if model_id not in self.models:
            self.models[model_id] = TrainingModel(tinker_model.Learner(self.base))
        return self.done((model_id, "create"), {"model_id": model_id})

    def learn(self, model: TrainingModel, data: list[tinker_model.Datum]) -> Answer:
        return write_losses(model.learner.learn(data), data)

    def do_optim_step(self, said: dict[str, Any]) -> Answer:
        def step(model: TrainingModel) -> Answer:
            model.learner.step(said["adam_params"])
            return {"metrics": {}}

        return self.later("optim_step", said, step)

    def do_save_weights(self, said: dict[str, Any]) -> Answer:
        return self.save("save_weights", "weights", said)

    def do_save_weights_for_sampler(self, said: dict[str, Any]) -> Answer:
        return self.save("save_weights_for_sampler", "sampler_weights", said)

    def save(self, name: str, kind: str, said: dict[str, Any]) -> Answer:
        path = f"tinker://{said['model_id']}/{kind}/{said['path']}"

        def keep(model: TrainingModel) -> Answer:
            self.weights[path] = model.learner.state()
            return {"path": path}

        return self.later(name, said, keep)

    # Sampling

    def do_create_sampling_session(self, said: dict[str, Any]) -> Answer:
        path = said.get("model_path")
        if path and path not in self.weights:
            raise Refused(404, f"no weights {path}")
        learner = tinker_model.Learner(self.base)
        if path:
            learner.load(self.weights[path], optimizer=False)
        sampler = uuid.uuid4().hex
        self.samplers[sampler] = learner.model
        return {"sampling_session_id": sampler}

    def do_asample(self, said: dict[str, Any]) -> Answer:
        session = said["sampling_session_id"]
        params = said["sampling_params"]
        model = self.samplers[session]
        stop = params.get("stop")
        sampled = tinker_model.sample(
            model,
            [token for chunk in said["prompt"]["chunks"] for token in chunk["tokens"]],
            max_tokens=params.get("max_tokens") or 64,
            stop=[model.config.eos_token_id] if stop is None else stop,
            temperature=params["temperature"],
        )
        future = self.done((session, said["seq_id"]), write_sample(sampled), "asample")
        return {**future, "sample_sequence_ids": ["0"]}

    # Futures

    def later(
        self, name: str, said: dict[str, Any], work: Callable[[TrainingModel], Answer]
    ) -> Answer:
        """Do it in its turn, once, and tell the client where to ask for what came."""
        key = (said["model_id"], said["seq_id"])
        model = self.models[said["model_id"]]
        if key not in self.known:
            self.known[key] = request = uuid.uuid4().hex
            fault = self.fault(name, fails=True)

            def run() -> None:
                self.futures[request] = self.failed(fault) if fault else work(model)

            model.take(said["seq_id"], run)
        return {"request_id": self.known[key], "model_id": said["model_id"]}

    def done(
        self, key: tuple[Any, ...], answer: Answer, name: str = ""
    ) -> dict[str, Any]:
        if key not in self.known:
            fault = self.fault(name, fails=True)
            self.known[key] = uuid.uuid4().hex
            self.futures[self.known[key]] = self.failed(fault) if fault else answer
        return {"request_id": self.known[key]}

    def failed(self, fault: Fault) -> Answer:
        return {"error": fault.words, "category": fault.category}

    def do_retrieve_future(self, said: dict[str, Any]) -> Answer:
        request = said["request_id"]
        pending = {"type": "try_again", "request_id": request, "queue_state": "active"}
        return self.futures.get(request, pending)
