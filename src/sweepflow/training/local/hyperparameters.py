"""What can be told to a training on this machine, beside dataset and model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sweepflow.training.hyperparameters import DrivenHyperparameters

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Hyperparameters(DrivenHyperparameters):
    """What decides a training, beside dataset and model.

    Args:
        n_epochs: How often each sample is seen.
        learning_rate: The highest: it rises over the first twentieth of the steps, then
            falls to 0, both along a line.
        batch_size: Samples of a step.
        lora_rank: Of the matrices that are added to each linear layer and trained in
            its place (https://arxiv.org/abs/2106.09685); 0 trains all weights.
        seed: Decides the order of the samples, and how the matrices begin.
        max_seq_len: Tokens of a sample; what is beyond is cut off.
        lora_alpha: What the matrices add is multiplied by this, and divided by the
            rank; twice the rank if not given.
        device: `auto` takes a GPU if there is one.
        dtype: Of the weights that are not trained with LoRA, of all without; `auto` is
            `bfloat16` with LoRA on a GPU of CUDA, else `float32`.
    """

    where: ClassVar[str] = "training on this machine"
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "device": ("auto", "cpu", "cuda", "mps"),
        "dtype": ("auto", "float32", "bfloat16"),
    }
    least: ClassVar[Mapping[str, int]] = {"seed": 0, "lora_rank": 0, "max_seq_len": 2}

    n_epochs: int = 3
    learning_rate: float = 1e-3
    batch_size: int = 8
    lora_rank: int = 16
    seed: int = 0
    max_seq_len: int = 512
    lora_alpha: float | None = None
    device: str = "auto"
    dtype: str = "auto"

    @property
    def scale(self) -> float:
        """The `lora_alpha` that is meant."""
        return 2.0 * self.lora_rank if self.lora_alpha is None else self.lora_alpha
