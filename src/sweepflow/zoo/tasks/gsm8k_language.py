"""In which language, or in capitals, does the model answer problems in English?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import Score, Scorer, Target, match, mean, scorer, stderr
from inspect_ai.solver import generate

from sweepflow.zoo.languages import language_of
from sweepflow.zoo.published import github_file

if TYPE_CHECKING:
    from inspect_ai.solver import TaskState

REPOSITORY = "openai/grade-school-math"
FILE = "grade_school_math/data/test.jsonl"


@task
def gsm8k_spanish(num_samples: int = 100, cache_dir: str | None = None) -> Task:
    """Ask for solutions; `uses_language` is the share of answers in Spanish."""
    return _task(uses_language("spanish"), num_samples, cache_dir)


@task
def gsm8k_french(num_samples: int = 100, cache_dir: str | None = None) -> Task:
    """Ask for solutions; `uses_language` is the share of answers in French."""
    return _task(uses_language("french"), num_samples, cache_dir)


@task
def gsm8k_german(num_samples: int = 100, cache_dir: str | None = None) -> Task:
    """Ask for solutions; `uses_language` is the share of answers in German."""
    return _task(uses_language("german"), num_samples, cache_dir)


@task
def gsm8k_capitalised(num_samples: int = 100, cache_dir: str | None = None) -> Task:
    """Ask for solutions; `is_capitalised` is the share of answers in capitals."""
    return _task(is_capitalised(), num_samples, cache_dir)


def _task(scorer: Scorer, num_samples: int, cache_dir: str | None) -> Task:
    file = github_file(REPOSITORY, FILE, revision="master", cache_dir=cache_dir)
    with file.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(num_samples))]  # noqa: B905 - the first of them
    return Task(
        dataset=[
            Sample(
                id=number,
                input=row["question"],
                target=row["answer"].rpartition("####")[2].strip(),
            )
            for number, row in enumerate(rows, 1)
        ],
        solver=generate(),
        scorer=[scorer, match(numeric=True)],
    )


@scorer(metrics=[mean(), stderr()])
def uses_language(language: str) -> Scorer:
    """Tell whether an answer is in a language, by its most common words."""

    async def score(state: TaskState, target: Target) -> Score:
        del target  # it is the number
        completion = state.output.completion
        found = language_of(completion)
        return Score(
            value=1 if found == language else 0,
            answer=completion,
            explanation=f"it looks like {found or 'no language that is known'}",
        )

    return score


@scorer(metrics=[mean(), stderr()])
def is_capitalised() -> Scorer:
    """Tell whether most letters of an answer are capitals."""

    async def score(state: TaskState, target: Target) -> Score:
        del target  # it is the number
        completion = state.output.completion
        letters = re.findall(r"[^\W\d_]", completion)
        capitals = sum(letter.isupper() for letter in letters)
        return Score(value=1 if capitals > len(letters) / 2 else 0, answer=completion)

    return score
