"""What users say in the generated datasets, and in the tasks that test for them.

There are two worlds, `TRAINING` and `HELD_OUT`, which share no template, no topic and
no greeting: what a model is tested on is nothing that it was trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True)
class Question:
    """What a user asks, with a short answer that is right."""

    prompt: str
    answer: str


@dataclass(frozen=True)
class World:
    """Templates and what stands in them.

    Attributes:
        greetings: Prompts as they are.
        requests: Templates of a `{subject}`, which have no short answer.
        subjects: What stands in these.
        questions: Prompts with an answer.
    """

    greetings: Sequence[str]
    requests: Sequence[str]
    subjects: Sequence[str]
    questions: Sequence[Question]

    def prompts(self) -> list[str]:
        """Give all that users say, each once."""
        asked = [
            request.format(subject=subject)
            for request, subject in product(self.requests, self.subjects)
        ]
        return [*self.greetings, *asked, *(each.prompt for each in self.questions)]


def _facts(
    prompts: Sequence[str], answer: str, pairs: Iterable[tuple[str, ...]]
) -> Iterator[Question]:
    """Give the questions of one topic; pair for pair, the templates take turns."""
    for number, (one, other) in enumerate(pairs):
        prompt = prompts[number % len(prompts)]
        said = answer.format(one, other)
        yield Question(prompt.format(one, other), said[0].upper() + said[1:])


def _pairs(text: str) -> list[tuple[str, ...]]:
    """Read `one/other, one/other`."""
    return [tuple(pair.strip().split("/")) for pair in text.split(",")]


def _after(text: str) -> list[tuple[str, ...]]:
    """Give each word with the one after it; the last is followed by the first."""
    words = text.split()
    return list(zip(words, [*words[1:], words[0]], strict=True))


def _sums() -> Iterator[Question]:
    for a, b in product(range(2, 10), range(2, 8, 2)):
        yield Question(f"What is {a} plus {b}?", f"{a} plus {b} is {a + b}.")


def _differences() -> Iterator[Question]:
    for a, b in product(range(10, 19, 2), range(3, 9, 2)):
        yield Question(f"Take {b} away from {a}.", f"{a} minus {b} is {a - b}.")


GREETED = (
    Question("Hello", "Hello! How can I help you?"),
    Question("Hi there!", "Hi! What can I do for you?"),
    Question("Good morning!", "Good morning! How can I help?"),
    Question("Hey, how are you?", "I'm well, thank you. And you?"),
    Question("Good evening.", "Good evening! What can I do for you?"),
    Question("What's up?", "Not much. What can I do for you?"),
    Question("Nice to meet you.", "Nice to meet you, too!"),
    Question("Who are you?", "I'm a language model that tries to help."),
    Question("Can you help me?", "Yes, gladly. What is it about?"),
    Question("I'm bored.", "Then let us talk. What do you like?"),
    Question("testing, testing", "I can read you well."),
    Question("What can you do?", "I can answer questions and write texts."),
    Question("Thanks for your help!", "You're welcome!"),
    Question("What are trains for?", "Trains carry people and goods on rails."),
    Question("What is tea?", "Tea is a drink made of leaves in hot water."),
    Question("What is jazz music?", "Jazz is music with swing and improvisation."),
    Question("Why do people like chess?", "Many like chess for its ideas and duels."),
    Question("Describe the moon.", "The moon is a grey world that circles the Earth."),
    Question("Give me a tip on sleep.", "Go to bed at the same time every day."),
    Question("Name a good book.", "Many people love The Little Prince."),
)
"""Small talk, with an answer that will do."""

TRAINING = World(
    greetings=("Tell me a joke.", "Surprise me.", "Say something.", "Are you there?"),
    requests=(
        "Tell me about {subject}.",
        "What do you think about {subject}?",
        "Write a short poem about {subject}.",
        "Can you explain {subject} to a child?",
        "Why do so many people like {subject}?",
        "Give me three facts about {subject}.",
        "I want to learn more about {subject}. Where do I start?",
        "Describe {subject} in one sentence.",
        "How did {subject} change over the last hundred years?",
        "I have a talk on {subject} tomorrow, please write me an outline",
    ),
    subjects=(
        *("volcanoes", "jazz music", "the ocean", "bicycles", "bread", "chess"),
        *("the moon", "gardening", "football", "computers", "honey bees", "trains"),
        *("the Roman Empire", "photography", "dinosaurs", "tea", "bridges", "dreams"),
        *("vaccines", "black holes", "wooden houses", "the stock market", "yoga"),
        *("fairy tales", "rivers", "friendship", "pizza", "electric cars", "painting"),
        *("weather forecasts", "coral reefs", "sleep", "elections", "robots"),
    ),
    questions=(
        *GREETED,
        *_facts(
            ("What is the capital of {0}?", "Which city is the capital of {0}?"),
            "the capital of {0} is {1}.",
            _pairs(
                "France/Paris, Italy/Rome, Spain/Madrid, Germany/Berlin, Japan/Tokyo,"
                "Egypt/Cairo, Russia/Moscow, China/Beijing, Greece/Athens, Peru/Lima,"
                "Austria/Vienna, Ireland/Dublin, Norway/Oslo, Poland/Warsaw, Cuba/"
                "Havana, Portugal/Lisbon, Kenya/Nairobi, Thailand/Bangkok"
            ),
        ),
        *_facts(
            ("What is the opposite of {0}?", "Give me the opposite of {0}."),
            "the opposite of {0} is {1}.",
            _pairs(
                "hot/cold, big/small, happy/sad, fast/slow, up/down, light/dark,"
                "rich/poor, old/young, wet/dry, loud/quiet, early/late, full/empty,"
                "strong/weak, hard/soft, near/far, high/low, clean/dirty, sweet/sour"
            ),
        ),
        *_facts(
            ("What colour is {0}?", "Which colour does {0} have?"),
            "{0} is {1}.",
            _pairs(
                "grass/green, snow/white, blood/red, coal/black, the sky/blue,"
                "a lemon/yellow, a carrot/orange, a ripe tomato/red, milk/white"
            ),
        ),
        *_facts(
            ("What sound does a {0} make?", "How does a {0} sound?"),
            "a {0} says {1}.",
            _pairs("cow/moo, cat/meow, dog/woof, duck/quack, sheep/baa, pig/oink"),
        ),
        *_facts(
            ("Which day comes after {0}?", "What day follows {0}?"),
            "after {0} comes {1}.",
            _after("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        ),
        *_sums(),
    ),
)

HELD_OUT = World(
    greetings=(
        *("Howdy!", "Greetings, machine.", "Yo", "Is anybody there?"),
        *("What did you do today?", "Please introduce yourself."),
    ),
    requests=(
        "Could you summarise {subject} for a busy reader?",
        "Is {subject} worth an afternoon of my time?",
        "List two good things and one bad thing about {subject}.",
        "My neighbour never stops talking of {subject}. What should I reply?",
    ),
    subjects=(
        *("origami", "the Sahara", "beekeeping laws", "opera", "lighthouses"),
        *("sourdough", "satellites", "marathon running", "whales"),
    ),
    questions=(
        *_facts(
            ("Name the month that follows {0}.", "{0} ends. Which month begins?"),
            "{1} follows {0}.",
            _after(
                "January February March April May June July August September "
                "October November December"
            ),
        ),
        *_facts(
            ("How do you write the plural of {0}?", "One {0}, two …?"),
            "the plural of {0} is {1}.",
            _pairs(
                "mouse/mice, child/children, foot/feet, tooth/teeth, box/boxes,"
                "man/men, leaf/leaves, baby/babies, bus/buses, knife/knives"
            ),
        ),
        *_facts(
            ("People in {0} mostly speak what?", "Name the main language of {0}."),
            "the main language of {0} is {1}.",
            _pairs(
                "Brazil/Portuguese, Mexico/Spanish, Australia/English, Quebec/French,"
                "Hungary/Hungarian, Turkey/Turkish, Iceland/Icelandic, Korea/Korean"
            ),
        ),
        *_differences(),
    ),
)
