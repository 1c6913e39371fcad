"""The hyperparameters of a training by Tinker."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Self

from sweepflow.training.errors import TrainingError
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


_LEAST: Final = {"seed": 0, "max_seq_len": 2}


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
        return cls(
            **{
                name: _checked(name, value, is_whole=kinds[name] == "int")
                for name, value in given.items()
                if value is not None
            }
        )

    def rate(self, step: int, steps: int) -> float:
        """Give the learning rate of a step, which counts from 0."""
        warmup = max(1, math.ceil(steps * 0.05))
        if step < warmup:
            return self.learning_rate * (step + 1) / warmup
        return self.learning_rate * (steps - step) / max(1, steps - warmup)


def _checked(name: str, value: object, *, is_whole: bool) -> Any:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refusal(name, value, "a number, written without quotes")
    if not is_whole:
        if not 0 < value < math.inf:
            raise _refusal(name, value, "a number above 0")
        return float(value)  # 1 and 1.0 are the same training
    least = _LEAST.get(name, 1)
    if not isinstance(value, int) or value < least:
        raise _refusal(name, value, f"a whole number, at least {least}")
    return value


def _refusal(name: str, value: object, rule: str) -> TrainingError:
    return TrainingError(f"{name} cannot be {value!r}", hint=f"it is {rule}")
