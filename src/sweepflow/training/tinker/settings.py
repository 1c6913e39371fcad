"""The hyperparameters of a training by Tinker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sweepflow.training.hyperparameters import DrivenHyperparameters


@dataclass(frozen=True)
class Settings(DrivenHyperparameters):
    """What decides a training, beside dataset and model.

    Args:
        n_epochs: How often each sample is seen.
        learning_rate: The highest: it rises over the first steps, then falls to 0.
        batch_size: Samples of a step.
        lora_rank: Of the matrices that are trained.
        seed: Decides the order of the samples, and how the matrices begin.
        max_seq_len: Tokens of a sample; what is beyond is cut off.
    """

    where: ClassVar[str] = "Tinker"

    n_epochs: int = 3
    learning_rate: float = 2e-4
    batch_size: int = 8
    lora_rank: int = 32
    seed: int = 0
    max_seq_len: int = 2048
