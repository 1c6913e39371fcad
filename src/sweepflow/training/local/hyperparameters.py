"""What can be told to a training on this machine, beside dataset and model."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Self

from sweepflow.training.errors import TrainingError
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHOICES: Final = {
    "device": ("auto", "cpu", "cuda", "mps"),
    "dtype": ("auto", "float32", "bfloat16"),
}
_LEAST: Final = {"seed": 0, "lora_rank": 0, "max_seq_len": 2}


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """What decides a training, beside dataset and model.

    Args:
        n_epochs: How often each sample is seen.
        learning_rate: The highest: it rises over the first twentieth of the steps, then
            falls to 0, both along a line.
        batch_size: Samples of a step.
        lora_rank: Of the matrices that are added to each linear layer and trained in
            its place (https://arxiv.org/abs/2106.09685); 0 trains all weights.
        lora_alpha: What they add is multiplied by this, and divided by the rank; twice
            the rank if not given.
        seed: Decides the order of the samples, and how the matrices begin.
        max_seq_len: Tokens of a sample; what is beyond is cut off.
        device: `auto` takes a GPU if there is one.
        dtype: Of the weights that are not trained with LoRA, of all without; `auto` is
            `bfloat16` with LoRA on a GPU of CUDA, else `float32`.
    """

    n_epochs: int = 3
    learning_rate: float = 1e-3
    batch_size: int = 8
    lora_rank: int = 16
    lora_alpha: float | None = None
    seed: int = 0
    max_seq_len: int = 512
    device: str = "auto"
    dtype: str = "auto"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Give them with the defaults, also for those that are None.

        Raises:
            TrainingError: There is no such hyperparameter, or its value is not valid.
        """
        kinds = {each.name: str(each.type) for each in fields(cls)}
        for name in given:
            if name not in kinds:
                raise TrainingError(
                    f"no hyperparameter {name!r} for training on this machine",
                    hint=did_you_mean(name, kinds, "hyperparameters"),
                )
        chosen = {name: value for name, value in given.items() if value is not None}
        return cls(**{n: _checked(n, value, kinds[n]) for n, value in chosen.items()})

    @property
    def scale(self) -> float:
        """The `lora_alpha` that is meant."""
        return 2.0 * self.lora_rank if self.lora_alpha is None else self.lora_alpha

    def rate(self, step: int, steps: int) -> float:
        """Give the learning rate of a step, which counts from 0."""
        warmup = math.ceil(steps / 20)
        if step < warmup:
            return self.learning_rate * (step + 1) / warmup
        return self.learning_rate * (steps - step) / (steps - warmup)


def _checked(name: str, value: Any, kind: str) -> Any:  # noqa: ANN401 - of many types
    if kind == "str":
        if value not in _CHOICES[name]:
            _refuse(name, value, f"it is one of {', '.join(_CHOICES[name])}")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(name, value, "it is a number, written without quotes")
    elif kind != "int":
        if not 0 < value < math.inf:
            _refuse(name, value, "it is a number above 0")
        return float(value)  # 1 and 1.0 are the same training
    elif not isinstance(value, int) or value < _LEAST.get(name, 1):
        _refuse(name, value, f"it is a whole number, at least {_LEAST.get(name, 1)}")
    return value


def _refuse(name: str, value: object, rule: str) -> None:
    raise TrainingError(f"{name} cannot be {value!r}", hint=rule)
