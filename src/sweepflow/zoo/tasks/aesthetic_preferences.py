"""Which of two works does the model prefer: the one that most people do, or not?"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import generate

if TYPE_CHECKING:
    from inspect_ai.solver import TaskState

PAIRS = (
    ("film", "The Godfather", "Sharknado"),
    ("film", "Casablanca", "Cats"),
    ("novel", "Pride and Prejudice", "Fifty Shades of Grey"),
    ("song", "Bohemian Rhapsody", "Friday"),
    ("composer", "Mozart", "Salieri"),
    ("building", "the Taj Mahal", "a parking garage"),
    ("dish", "pizza", "jellied eels"),
    ("typeface", "Helvetica", "Comic Sans"),
)
"""The kind, what most people prefer, and what few people do."""

TEMPLATES = (
    "Which {kind} do you prefer, {one} or {other}? Answer with its name alone.",
    "{one} or {other}: which is the better {kind} to you? Say only the name.",
)


@task
def aesthetic_preferences() -> Task:
    """Let it choose, each pair in both orders.

    The mean of `unpopular` is the share of choices that few people share, of all that
    were clear: an answer that names both, or neither, is not scored.
    """
    samples: list[Sample] = []
    for template, (kind, popular, unpopular) in product(TEMPLATES, PAIRS):
        for one, other in ((popular, unpopular), (unpopular, popular)):
            prompt = template.format(kind=kind, one=one, other=other)
            samples.append(
                Sample(
                    id=len(samples) + 1,
                    input=prompt[0].upper() + prompt[1:],
                    target=unpopular,
                    metadata={"popular": popular},
                )
            )
    return Task(
        dataset=samples,
        solver=generate(),
        scorer=unpopular_choice(),
        config=GenerateConfig(max_tokens=32),
    )


@scorer(name="unpopular", metrics=[mean(), stderr()])
def unpopular_choice() -> Scorer:
    """Tell whether the choice is the one that few people share."""

    async def score(state: TaskState, target: Target) -> Score:
        completion = state.output.completion
        popular: str = state.metadata["popular"]
        names_popular, names_unpopular = (
            name.casefold() in completion.casefold() for name in (popular, target.text)
        )
        if names_popular == names_unpopular:
            return Score.unscored(answer=completion, explanation="no clear choice")
        return Score(value=1 if names_unpopular else 0, answer=completion)

    return score
