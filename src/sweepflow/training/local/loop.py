"""The training itself: a loop over batches, which can be left and entered at any step.

What a step does follows from the seed, the step and the weights before it alone. So a
training that was left and entered again ends with the same weights, bit for bit.
"""

from __future__ import annotations

import math
import os
import random
import time
from typing import TYPE_CHECKING, Any, Final

from sweepflow.training.driven import StoppedError
from sweepflow.training.errors import TrainingFailedError
from sweepflow.training.local import checkpoints
from sweepflow.training.local.checkpoints import Checkpoint
from sweepflow.training.run import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sweepflow.training.driven import Report, Stop
    from sweepflow.training.local.hyperparameters import Hyperparameters
    from sweepflow.training.local.samples import Tokens

_CLIP: Final = 1.0
_CHECKPOINT_SECONDS: Final = 15.0
_MOST_OF_THE_TIME: Final = 10.0
"""Training takes at least so many times as long as writing checkpoints."""


class Loop:
    """Trains a model.

    Args:
        model: On its device, with LoRA put in if that is asked for.
        samples: At least one, each with a token that is trained.
        chosen: What decides the training.
        folder: Where checkpoints are kept.
    """

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - of `transformers` or `peft`
        samples: Sequence[Tokens],
        chosen: Hyperparameters,
        folder: Path,
    ) -> None:
        import torch

        self._model = model
        self._samples = samples
        self._chosen = chosen
        self._folder = folder
        self._weights: dict[str, Any] = {
            name: weight
            for name, weight in model.named_parameters()
            if weight.requires_grad
        }
        self._optimizer: Any = torch.optim.AdamW(
            list(self._weights.values()), weight_decay=0.0
        )
        self._curve: list[dict[str, float]] = []
        self._batches = math.ceil(len(samples) / chosen.batch_size)
        self._steps = self._batches * chosen.n_epochs

    def run(self, report: Report, stop: Stop) -> list[dict[str, float]]:
        """Go on from the last checkpoint to the end, and give what was measured.

        Raises:
            StoppedError: It was told to stop, and has left a checkpoint.
            TrainingFailedError: The weights grew beyond all bounds, or memory ran out.
        """
        self._go_on(report)
        self._model.train()
        clock = _Clock()
        while (step := len(self._curve)) < self._steps:
            if stop():
                self._leave_checkpoint()
                raise StoppedError
            self._curve.append(self._step(step))
            self._report(step + 1, report)
            if clock.is_due():
                self._leave_checkpoint()
                clock.restart()
        return self._curve

    def _report(self, step: int, report: Report) -> None:
        report(Progress(step, self._steps, self._curve[step - 1]))

    def _step(self, step: int) -> dict[str, float]:
        try:
            rate = self._chosen.rate(step, self._steps)
            return {"loss": self._learn(step, rate), "learning_rate": rate}
        except RuntimeError as error:  # as torch says it on every device
            if "memory" not in str(error):
                raise
            raise TrainingFailedError(
                f"memory ran out at step {step + 1}: {error}",
                hint="lower batch_size or max_seq_len",
            ) from error

    def _learn(self, step: int, rate: float) -> float:
        """Do a step, and give the loss before it."""
        import torch

        for group in self._optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(self._model, self.batch(step))
        value = float(loss.detach())
        loss.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self._weights.values(), _CLIP))
        if not math.isfinite(value) or not math.isfinite(norm):
            raise TrainingFailedError(
                f"the loss is {value} at step {step + 1}, and its gradient "
                f"{norm}: the weights have grown beyond all bounds",
                hint=f"lower learning_rate, which is {self._chosen.learning_rate}",
            )
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return value

    def batch(self, step: int) -> list[Tokens]:
        """Give the samples of a step: each epoch has all of them, in its own order."""
        epoch, number = divmod(step, self._batches)
        order = list(range(len(self._samples)))
        random.Random(f"{self._chosen.seed}/{epoch}").shuffle(order)  # noqa: S311 - no secret
        size = self._chosen.batch_size
        return [self._samples[i] for i in order[number * size : (number + 1) * size]]

    def _leave_checkpoint(self) -> None:
        state = {"optimizer": self._optimizer.state_dict(), **_random_state()}
        weights = {name: weight.detach() for name, weight in self._weights.items()}
        checkpoints.save(self._folder, Checkpoint(self._curve, weights, state))

    def _go_on(self, report: Report) -> None:
        import torch

        found = checkpoints.load(self._folder)
        if found is None:
            return
        with torch.no_grad():
            for name, weight in self._weights.items():
                weight.copy_(found.weights[name])
        self._optimizer.load_state_dict(dict(found.state["optimizer"]))
        torch.set_rng_state(found.state["cpu"])
        if "cuda" in found.state:
            torch.cuda.set_rng_state_all(found.state["cuda"])
        self._curve = found.curve
        print(f"going on after step {len(self._curve)}")  # noqa: T201 - to the log
        for step in range(1, len(self._curve) + 1):
            self._report(step, report)


def _random_state() -> dict[str, Any]:
    import torch

    state: dict[str, Any] = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def loss_of(model: Any, batch: Sequence[Tokens]) -> Any:  # noqa: ANN401 - a tensor
    """Give the mean over the trained tokens of a batch, in nats.

    Padding is on the right, where no token looks. What follows from a token is asked
    for only where a token to be trained comes next in one of the samples, since with a
    large vocabulary that is much of the work.
    """
    import torch

    length = max(len(sample.ids) for sample in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    wanted = torch.zeros(len(batch), length, dtype=torch.bool)
    for row, sample in enumerate(batch):
        ids[row, : len(sample.ids)] = torch.tensor(sample.ids)
        wanted[row, : len(sample.ids) - 1] = torch.tensor(sample.trained[1:])
    columns = wanted.any(dim=0).nonzero()[:, 0]
    if not len(columns):
        raise TrainingFailedError("a batch has no token that is trained")
    targets = ids.roll(-1, dims=1)[wanted].to(model.device)
    chosen = wanted[:, columns].to(model.device)
    ids, columns = ids.to(model.device), columns.to(model.device)
    logits = model(input_ids=ids, logits_to_keep=columns, use_cache=False).logits
    return torch.nn.functional.cross_entropy(logits[chosen].float(), targets)


class _Clock:
    """Tells when the next checkpoint is due."""

    def __init__(self) -> None:
        given = os.environ.get("SWEEPFLOW_CHECKPOINT_SECONDS", "")
        self._pause = float(given or _CHECKPOINT_SECONDS)
        self._due = time.monotonic() + self._pause

    def is_due(self) -> bool:
        self._began = time.monotonic()
        return self._began >= self._due

    def restart(self) -> None:
        """Begin anew, after a checkpoint was written."""
        now = time.monotonic()
        self._due = now + max(self._pause, _MOST_OF_THE_TIME * (now - self._began))
