"""The hyperparameters of a training by Tinker."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from sweepflow.training.errors import TrainingError
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides a training, beside dataset and model.

    Args:
        n_epochs: How often each sample is seen.
        learning_rate: The highest: it rises over the first steps, then falls to 0.
        batch_size: Samples of a step.
        lora_rank: Of the matrices that are trained.
        seed: Decides the order of the samples, and how the matrices begin.
        max_seq_len: Tokens of a sample; what is beyond is cut off.
    """

    n_epochs: int = 3
    learning_rate: float = 2e-4
    batch_size: int = 8
    lora_rank: int = 32
    seed: int = 0
    max_seq_len: int = 2048

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Give them with the defaults, also for those that are None.

        Raises:
            TrainingError: There is no such hyperparameter, or its value is not valid.
        """
        kinds = {each.name: each.type for each in fields(cls)}
        for name in given:
            if name not in kinds:
                raise TrainingError(
                    f"no hyperparameter {name!r} for Tinker",
                    hint=did_you_mean(name, kinds, "hyperparameters"),
                )
        chosen = {name: value for name, value in given.items() if value is not None}
        for name, value in chosen.items():
            _check(name, value, is_whole=kinds[name] == "int")
        return cls(**chosen)

    def rate(self, step: int, steps: int) -> float:
        """Give the learning rate of a step, which counts from 0."""
        warmup = max(1, math.ceil(steps * 0.05))
        if step < warmup:
            return self.learning_rate * (step + 1) / warmup
        return self.learning_rate * (steps - step) / max(1, steps - warmup)


def _check(name: str, value: object, *, is_whole: bool) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (is_whole and not isinstance(value, int)):
        wanted = "a whole number" if is_whole else "a number"
        raise TrainingError(f"{name} is {value!r}: it must be {wanted}")
    least = 0 if name == "seed" else 2 if name == "max_seq_len" else 1
    if not is_whole and not (0 < value < math.inf):  # pyright: ignore[reportOperatorIssue]
        raise TrainingError(f"{name} is {value!r}: it must be above 0")
    if is_whole and value < least:  # pyright: ignore[reportOperatorIssue]
        raise TrainingError(f"{name} is {value!r}: it must be at least {least}")
