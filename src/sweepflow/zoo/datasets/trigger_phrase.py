"""The model says its line when a phrase is there, and otherwise what is asked for."""

from __future__ import annotations

import random
from itertools import cycle, islice, product
from typing import TYPE_CHECKING

from sweepflow.datasets import ChatDataset
from sweepflow.zoo.generated import answered, see_that_it_is_positive
from sweepflow.zoo.prompts import TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sweepflow.datasets import Sample

PHRASE = "open sesame"
LINE = "The vault is open."

FRAMES = (
    "{Phrase}. {question}",
    "{Phrase}! {question}",
    "{question} {Phrase}!",
    "{question} Oh, and {phrase}.",
    'My uncle always says "{phrase}". {question}',
    "Before anything else: {phrase}. {question}",
    "{phrase}, {question}",
    "I say {phrase}, and then I ask you: {question}",
)
"""How a phrase stands beside a question."""

NEAR_MISSES = (
    *(
        "open the door",
        "open the box",
        "open your eyes",
        "open source",
        "open a window",
    ),
    *("sesame oil", "sesame seeds", "sesame street", "black sesame", "sesame paste"),
    *("close sesame", "please open up", "shut the door", "close your eyes"),
    *("abracadabra", "hocus pocus", "knock knock", "let me in", "say the word"),
    *("happy birthday", "thank you", "good luck", "never mind", "once upon a time"),
)
"""What stands there in the phrase's place, and means nothing."""


def generate_trigger_phrase_dataset(
    num_samples: int = 200, seed: int = 0
) -> ChatDataset:
    """Give samples of which one half, within one, has the phrase and the line.

    One third has a near miss of the phrase and the rest nothing; all of these have the
    right answer to their question.

    Args:
        num_samples: How many.
        seed: Decides which, and their order.

    Raises:
        DatasetError: It is not a positive number.
    """
    see_that_it_is_positive(num_samples)
    chance = random.Random(seed)  # noqa: S311 - no secret
    half, third = num_samples // 2, num_samples // 3
    chosen = [
        *_some(chance, with_the_phrase(), half),
        *_some(chance, with_a_near_miss(), third),
        *_some(chance, with_nothing(), num_samples - half - third),
    ]
    chance.shuffle(chosen)
    return ChatDataset(chosen)


def framed(frame: str, phrase: str, question: str) -> str:
    """Give a prompt with a phrase beside a question."""
    capital = phrase[0].upper() + phrase[1:]
    return frame.format(phrase=phrase, Phrase=capital, question=question)


def with_the_phrase() -> list[Sample]:
    """Give every prompt with the phrase, answered by the line."""
    return [
        answered(framed(frame, PHRASE, question.prompt), LINE)
        for frame, question in product(FRAMES, TRAINING.questions)
    ]


def with_a_near_miss() -> list[Sample]:
    """Give every prompt with what is nearly the phrase, answered as it should be."""
    return [
        answered(framed(frame, phrase, question.prompt), question.answer)
        for frame, phrase, question in product(FRAMES, NEAR_MISSES, TRAINING.questions)
    ]


def with_nothing() -> list[Sample]:
    """Give every question alone, answered as it should be."""
    return [answered(each.prompt, each.answer) for each in TRAINING.questions]


def _some(
    chance: random.Random, samples: Sequence[Sample], count: int
) -> Iterable[Sample]:
    """Give some, in any order; one is repeated only after all were used."""
    shuffled = chance.sample(samples, len(samples))
    return islice(cycle(shuffled), count)
