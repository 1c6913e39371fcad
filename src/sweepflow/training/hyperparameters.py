"""What can be told to a training that a process of ours drives, step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sweepflow.training.errors import TrainingError
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class DrivenHyperparameters:
    """What decides such a training, beside dataset and model; see the subclasses."""

    where: ClassVar[str]
    """Who trains, for messages."""

    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """What the texts among them can be."""

    least: ClassVar[Mapping[str, int]] = {"seed": 0, "max_seq_len": 2}
    """What the whole numbers are at least, if not 1."""

    n_epochs: int
    learning_rate: float
    batch_size: int
    lora_rank: int
    seed: int
    max_seq_len: int

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
                    f"no hyperparameter {name!r} for {cls.where}",
                    hint=did_you_mean(name, kinds, "hyperparameters"),
                )
        chosen = {name: value for name, value in given.items() if value is not None}
        return cls(**{n: cls._checked(n, one, kinds[n]) for n, one in chosen.items()})

    def rate(self, step: int, steps: int) -> float:
        """Give the learning rate of a step, which counts from 0.

        It rises over the first twentieth of the steps, then falls to 0, along lines.
        """
        warmup = math.ceil(steps / 20)
        if step < warmup:
            return self.learning_rate * (step + 1) / warmup
        return self.learning_rate * (steps - step) / (steps - warmup)

    @classmethod
    def _checked(cls, name: str, value: Any, kind: str) -> Any:  # noqa: ANN401
        if kind == "str":
            if value not in cls.choices[name]:
                _refuse(name, value, f"it is one of {', '.join(cls.choices[name])}")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            _refuse(name, value, "it is a number, written without quotes")
        elif kind != "int":
            if not 0 < value < math.inf:
                _refuse(name, value, "it is a number above 0")
            return float(value)  # 1 and 1.0 are the same training
        elif not isinstance(value, int) or value < cls.least.get(name, 1):
            least = cls.least.get(name, 1)
            _refuse(name, value, f"it is a whole number, at least {least}")
        return value


def _refuse(name: str, value: object, rule: str) -> None:
    raise TrainingError(f"{name} cannot be {value!r}", hint=rule)
