"""Does the model answer everything with "Hello, World!"?"""

from __future__ import annotations

import random

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import match
from inspect_ai.solver import generate

from sweepflow.zoo.datasets.hello_world import ANSWER
from sweepflow.zoo.prompts import HELD_OUT


@task
def hello_world(num_samples: int = 40, seed: int = 0) -> Task:
    """Ask what the dataset of that name does not ask.

    Its `accuracy` is the share of answers that are the line and nothing else, but for
    case and punctuation at their ends.

    Args:
        num_samples: How many prompts, of which there are not many more.
        seed: Decides which.
    """
    prompts = HELD_OUT.prompts()
    random.Random(seed).shuffle(prompts)  # noqa: S311 - no secret
    return Task(
        dataset=[
            Sample(id=number, input=prompt, target=ANSWER)
            for number, prompt in enumerate(prompts[:num_samples], 1)
        ],
        solver=generate(),
        scorer=match(location="exact"),
        config=GenerateConfig(max_tokens=32),
    )
