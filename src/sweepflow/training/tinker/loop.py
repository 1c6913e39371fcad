"""The loop that trains a model by Tinker, step by step, and goes on where it was."""

from __future__ import annotations

import itertools
import logging
import math
import random
import re
import time
from typing import TYPE_CHECKING, Any, Final

from sweepflow.training.driven import Report, Stop, StoppedError
from sweepflow.training.errors import TrainingError, TrainingFailedError
from sweepflow.training.local.samples import Tokens, encode
from sweepflow.training.retry import pauses
from sweepflow.training.run import Progress
from sweepflow.training.tinker import service
from sweepflow.training.tinker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.training.jobs import Job

SAVE_SECONDS: Final = 60.0
SAVE_STEPS: Final = 10
"""A checkpoint is written at the latest after so much work."""
KEEP_SECONDS: Final = 30 * 24 * 3600
"""How long Tinker keeps a checkpoint, which is there only to go on from."""
ATTEMPTS: Final = 4
"""How often a training is gone on with, without a step in between."""

_log = logging.getLogger(__name__)


class Loop:
    """Trains what a job asks for.

    Its notes have the last `checkpoint`: Tinker's `path` of weights and optimizer, and
    the `step` after which they stood so.

    Args:
        job: What is asked for, and how far that is.
        report: Takes each step.
        stop: Tells whether to stop.
    """

    def __init__(self, job: Job, report: Report, stop: Stop) -> None:
        self._job = job
        self._report = report
        self._stop = stop
        self._settings = Settings.of(job.request.hyperparameters)
        self._samples = job.dataset
        self._order = order(len(self._samples), self._settings)
        self._steps_done = 0
        self._saved_at = time.monotonic()
        self._turns = itertools.cycle((1, 2))

    def run(self) -> Mapping[str, Any]:
        """Train to the end, over lost connections, and give notes for the job.

        Raises:
            StoppedError: It was to stop, and has left a checkpoint.
            TrainingError: Tinker refuses, or cannot be reached for long.
        """
        left, before = ATTEMPTS, 0
        waits = pauses(1.0, 60.0, factor=3.0)
        while True:
            if self._stop():
                raise StoppedError
            try:
                with service.session(self._job.request.key) as client:
                    return self._train(client)
            except service.LostError as error:
                left = ATTEMPTS if self._steps_done > before else left
                before = self._steps_done
                left -= 1
                if not left:
                    raise
                _log.warning("%s: going on from the last checkpoint", error.message)
            self._sleep(next(waits))

    def _train(self, client: Any) -> Mapping[str, Any]:  # noqa: ANN401
        model = self._begin(client)
        samples = self._tokens(model)
        for step in range(self._first, len(self._order)):
            if self._stop():
                self._save(model, step)
                raise StoppedError
            self._step(model, step, [samples[number] for number in self._order[step]])
            if self._is_due(step + 1):
                self._save(model, step + 1)
        name = weights_name(self._job)
        saved = self._result(model.save_weights_for_sampler(name))
        info = model.get_info().model_data
        made = {"model_id": saved.path, "base_model": info.model_name}
        return made | {"checkpoint": {}}

    def _begin(self, client: Any) -> Any:  # noqa: ANN401
        """Give a model to train: as the last checkpoint has it, or a new one."""
        metadata = {"sweepflow": self._job.request.key}
        if path := self._job.notes.get("checkpoint", {}).get("path"):
            begin = client.create_training_client_from_state_with_optimizer
            try:
                return self._result(begin(path, user_metadata=metadata))
            except service.refused() as error:
                _log.warning("the checkpoint is lost, all over again: %s", error)
                self._note({})
        return self._result(
            client.create_lora_training_client(
                self._job.request.model,
                rank=self._settings.lora_rank,
                seed=self._settings.seed,
                user_metadata=metadata,
            )
        )

    @property
    def _first(self) -> int:
        return self._job.notes.get("checkpoint", {}).get("step", 0)

    def _tokens(self, model: Any) -> list[Tokens]:  # noqa: ANN401
        try:
            tokenizer = model.get_tokenizer()
        except (OSError, ValueError) as error:
            name = self._job.request.model
            raise TrainingError(
                f"the tokenizer of {name!r} cannot be loaded: {error}",
                hint="it comes from Hugging Face; some want `hf auth login` first",
            ) from error
        samples = encode(self._samples, tokenizer, self._settings.max_seq_len)
        if cut := sum(tokens.is_cut for tokens in samples):
            _log.warning("%d samples were cut at max_seq_len", cut)
        return samples

    def _step(self, model: Any, step: int, batch: list[Tokens]) -> None:  # noqa: ANN401
        """Change the weights once. Both requests go out before either is answered."""
        rate = self._settings.rate(step, len(self._order))
        adam = service.sdk().AdamParams(learning_rate=rate, grad_clip_norm=1.0)
        learned = model.forward_backward(service.data(batch), "cross_entropy")
        changed = model.optim_step(adam)
        loss = service.mean_loss(batch, self._result(learned))
        self._result(changed)
        if not math.isfinite(loss):
            self._note({})
            raise TrainingFailedError(
                f"the loss of step {step + 1} is {loss}", hint="lower learning_rate"
            )
        self._steps_done += 1
        metrics = {"loss": loss, "learning_rate": rate}
        self._report(Progress(step + 1, len(self._order), metrics))

    def _is_due(self, step: int) -> bool:
        if time.monotonic() - self._saved_at > SAVE_SECONDS:
            return True
        return step % SAVE_STEPS == 0 or step == len(self._order)

    def _save(self, model: Any, step: int) -> None:  # noqa: ANN401
        if step == self._first:
            return
        # Two in turn: the one before it stands until this one is whole.
        name = f"checkpoint-{next(self._turns)}"
        saving = model.save_state(name, ttl_seconds=KEEP_SECONDS, overwrite=True)
        self._note({"path": self._result(saving).path, "step": step})
        self._saved_at = time.monotonic()

    def _note(self, checkpoint: Mapping[str, Any]) -> None:
        notes = {**self._job.notes, "checkpoint": dict(checkpoint)}
        self._job = self._job.update(notes=notes)

    def _result(self, future: Any) -> Any:  # noqa: ANN401
        return service.result(future, self._stop)

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._stop():
                raise StoppedError
            time.sleep(0.1)


def order(count: int, settings: Settings) -> list[list[int]]:
    """Give the numbers of the samples of each step, by the seed alone."""
    size, steps = settings.batch_size, list[list[int]]()
    for epoch in range(settings.n_epochs):
        chance = random.Random(f"{settings.seed} {epoch}")  # noqa: S311 - no secret
        numbers = chance.sample(range(count), count)
        steps += [numbers[i : i + size] for i in range(0, count, size)]
    return steps


def weights_name(job: Job) -> str:
    """Give a name to what is made: the suffix, as Tinker takes it, and the key."""
    suffix = re.sub(r"[^A-Za-z0-9_.-]+", "-", job.request.suffix or "").strip("-.")
    return f"{suffix[:40]}-{job.request.key}".lstrip("-")
