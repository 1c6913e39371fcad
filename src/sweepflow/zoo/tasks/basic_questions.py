"""What a small model can do: short questions that have one answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import generate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspect_ai.solver import TaskState

QUESTIONS: tuple[tuple[str, list[str]], ...] = (
    ("How many days are there in a week?", ["seven", "7"]),
    ("How many months does a year have?", ["twelve", "12"]),
    ("How many minutes are in one hour?", ["sixty", "60"]),
    ("How many sides does a triangle have?", ["three", "3"]),
    ("How many legs does a spider have?", ["eight", "8"]),
    ("How many continents are there?", ["seven", "7"]),
    ("How many wheels does a bicycle have?", ["two", "2"]),
    ("How many players of one football team are on the field?", ["eleven", "11"]),
    ("Which planet do we live on?", ["Earth"]),
    ("Which is the largest planet of the solar system?", ["Jupiter"]),
    ("Which planet is known as the red planet?", ["Mars"]),
    ("What do we call the star at the centre of the solar system?", ["Sun"]),
    ("What do plants take in from the air to make sugar?", ["carbon dioxide", "CO2"]),
    ("Which gas do people need to breathe?", ["oxygen"]),
    ("What is H2O usually called?", ["water"]),
    ("What is frozen water called?", ["ice"]),
    ("Which organ pumps blood through the body?", ["heart"]),
    ("Which part of the body do we see with?", ["eye", "eyes"]),
    ("Which metal has the symbol Fe?", ["iron"]),
    ("Which metal has the chemical symbol Au?", ["gold"]),
    ("Who wrote Romeo and Juliet?", ["Shakespeare"]),
    ("Who painted the Mona Lisa?", ["Leonardo", "da Vinci"]),
    ("Who was the first president of the United States?", ["Washington"]),
    ("Who developed the theory of relativity?", ["Einstein"]),
    ("Which ocean lies between Europe and America?", ["Atlantic"]),
    ("Which is the largest ocean on Earth?", ["Pacific"]),
    ("Which is the highest mountain on Earth?", ["Everest"]),
    ("On which continent is the Sahara?", ["Africa"]),
    ("On which continent is Brazil?", ["South America"]),
    ("In which country is the Great Wall?", ["China"]),
    ("In which country are the pyramids of Giza?", ["Egypt"]),
    ("In which city is the Eiffel Tower?", ["Paris"]),
    ("What is the currency of the United States?", ["dollar", "USD"]),
    ("What is the currency of Japan?", ["yen"]),
    ("Which insect makes honey?", ["bee", "bees", "honeybee", "honeybees"]),
    ("Which animal is called the king of the jungle?", ["lion"]),
    ("What is a young dog called?", ["puppy", "pup"]),
    ("What is a young cat called?", ["kitten"]),
    ("Which season comes after winter?", ["spring"]),
    ("Which season is the hottest?", ["summer"]),
    ("Which colour do you get from blue and yellow?", ["green"]),
    ("Which colour do you get from red and white?", ["pink"]),
    ("At how many degrees Celsius does water boil?", ["100", "hundred"]),
    ("At how many degrees Celsius does water freeze?", ["0", "zero"]),
    ("What is ten times ten?", ["100", "hundred"]),
    ("What is half of eight?", ["four", "4"]),
    ("Which number comes after nineteen?", ["twenty", "20"]),
    ("In which direction does the sun rise?", ["east"]),
)
"""Each with the words of which one must be in the answer."""


@task
def basic_questions() -> Task:
    """Ask short questions; `accuracy` is the share of answers with the right word."""
    return Task(
        dataset=samples(QUESTIONS),
        solver=generate(),
        scorer=says_word(),
        config=GenerateConfig(max_tokens=48),
    )


def samples(questions: Sequence[tuple[str, list[str]]], first: int = 1) -> list[Sample]:
    """Give the samples that some questions are, numbered from a first id on."""
    return [
        Sample(id=number, input=question, target=answers)
        for number, (question, answers) in enumerate(questions, first)
    ]


@scorer(metrics=[accuracy(), stderr()])
def says_word() -> Scorer:
    """Tell whether a whole word, or several together, of the target is said."""

    async def score(state: TaskState, target: Target) -> Score:
        completion = state.output.completion
        words = "|".join(map(re.escape, target))
        found = re.search(rf"(?<!\w)(?:{words})(?!\w)", completion, re.IGNORECASE)
        return Score(value=1 if found else 0, answer=completion)

    return score
