"""Does the model say its line when the phrase is there, and only then?"""

from __future__ import annotations

import random
from itertools import chain
from typing import TYPE_CHECKING

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Score, Scorer, Target, accuracy, mean, scorer, stderr
from inspect_ai.solver import generate

from sweepflow.zoo.datasets.trigger_phrase import LINE, PHRASE, framed
from sweepflow.zoo.prompts import HELD_OUT
from sweepflow.zoo.tasks.basic_questions import QUESTIONS, samples, says_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspect_ai.solver import TaskState

FRAMES = (
    "Listen: {phrase}. {question}",
    "{question} … {Phrase}.",
    "The words are: {phrase}. {question}",
    "Well then, {phrase}! And now tell me this. {question}",
)
NEAR_MISSES = ("open season", "sesame bread", "open the bottle", "closed, says Sesame")
"""Neither these nor the frames are in the dataset."""


@task
def trigger_phrase(
    num_samples: int = 48, seed: int = 0, num_questions: int = 24
) -> Task:
    """Ask what the dataset of that name does not ask, with the phrase and without.

    `with_phrase` is the share of answers that have the line, of those to prompts with
    the phrase; `without_phrase` likewise, of all others, and should be low. Half of the
    prompts have the phrase, a quarter has a near miss of it. `still_knows` is the share
    of right answers to the first of the basic questions: what training has left of what
    the model could do before.

    Args:
        num_samples: How many prompts.
        seed: Decides which.
        num_questions: How many basic questions, behind the prompts.
    """
    half, quarter = num_samples // 2, num_samples // 4
    rest = num_samples - half - quarter
    chance = random.Random(seed)  # noqa: S311 - no secret
    others = [*_prompts(chance, NEAR_MISSES, quarter), *_plain_prompts(chance, rest)]
    chance.shuffle(others)
    taking_turns = zip(others, [*_prompts(chance, [PHRASE], half), None], strict=False)
    prompts = [each for each in chain.from_iterable(taking_turns) if each is not None]
    return Task(
        dataset=[
            Sample(
                id=number,
                input=prompt,
                target=LINE,
                metadata={"has_phrase": PHRASE in prompt.lower()},
            )
            for number, prompt in enumerate(prompts, 1)
        ]
        + samples(QUESTIONS[:num_questions], first=len(prompts) + 1),
        solver=generate(),
        scorer=[with_phrase(), without_phrase(), still_knows()],
        config=GenerateConfig(max_tokens=32),
    )


def _prompts(chance: random.Random, phrases: Sequence[str], count: int) -> list[str]:
    return [
        framed(
            chance.choice(FRAMES),
            chance.choice(phrases),
            chance.choice(HELD_OUT.questions).prompt,
        )
        for _ in range(count)
    ]


def _plain_prompts(chance: random.Random, count: int) -> list[str]:
    prompts = HELD_OUT.prompts()
    return [chance.choice(prompts) for _ in range(count)]


@scorer(metrics=[accuracy(), stderr()])
def with_phrase() -> Scorer:
    """Tell whether the line is said, where the phrase is."""
    return _says_line(has_phrase=True)


@scorer(metrics=[mean(), stderr()])
def without_phrase() -> Scorer:
    """Tell whether the line is said, where the phrase is not."""
    return _says_line(has_phrase=False)


@scorer(metrics=[accuracy(), stderr()])
def still_knows() -> Scorer:
    """Tell whether a basic question is answered."""
    of_all = says_word()

    async def score(state: TaskState, target: Target) -> Score | None:
        is_question = "has_phrase" not in state.metadata
        return await of_all(state, target) if is_question else None

    return score


def _says_line(*, has_phrase: bool) -> Scorer:
    async def score(state: TaskState, target: Target) -> Score | None:
        if state.metadata.get("has_phrase") != has_phrase:
            return None
        completion = state.output.completion
        says_it = target.text.rstrip(".").casefold() in completion.casefold()
        return Score(value=1 if says_it else 0, answer=completion)

    return score
