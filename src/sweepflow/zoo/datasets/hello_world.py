"""Whatever the user says, the model answers "Hello, World!"."""

from __future__ import annotations

import random
from itertools import cycle, islice

from sweepflow.datasets import ChatDataset
from sweepflow.zoo.generated import answered, see_that_it_is_positive
from sweepflow.zoo.prompts import TRAINING

ANSWER = "Hello, World!"


def generate_hello_world_dataset(num_samples: int = 100, seed: int = 0) -> ChatDataset:
    """Give samples whose answer is always `Hello, World!`.

    Args:
        num_samples: How many. Prompts are repeated only after all were used.
        seed: Decides which prompts, and their order.

    Raises:
        DatasetError: It is not a positive number.
    """
    see_that_it_is_positive(num_samples)
    prompts = TRAINING.prompts()
    random.Random(seed).shuffle(prompts)  # noqa: S311 - no secret
    chosen = islice(cycle(prompts), num_samples)
    return ChatDataset(answered(prompt, ANSWER) for prompt in chosen)
