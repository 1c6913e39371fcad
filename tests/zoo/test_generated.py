"""Generated datasets are what they say, and say nothing of what tasks ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.datasets import ChatDataset, DatasetError
from sweepflow.zoo.datasets.hello_world import generate_hello_world_dataset
from sweepflow.zoo.datasets.trigger_phrase import (
    FRAMES,
    LINE,
    NEAR_MISSES,
    PHRASE,
    generate_trigger_phrase_dataset,
)
from sweepflow.zoo.prompts import HELD_OUT, TRAINING

if TYPE_CHECKING:
    from collections.abc import Callable

GENERATORS: list[Callable[..., ChatDataset]] = [
    generate_hello_world_dataset,
    generate_trigger_phrase_dataset,
]


def turns(sample: dict[str, Any]) -> tuple[str, str]:
    user, assistant = sample["messages"]
    assert (user["role"], assistant["role"]) == ("user", "assistant")
    return user["content"], assistant["content"]


def has_phrase(prompt: str) -> bool:
    return PHRASE in prompt.lower()


@pytest.mark.parametrize("generate", GENERATORS)
def test_a_seed_decides(generate: Callable[..., ChatDataset]) -> None:
    assert generate(60, seed=3) == generate(60, seed=3)
    assert generate(60, seed=3) != generate(60, seed=4)
    assert [len(generate(count)) for count in (1, 2, 3, 5, 61)] == [1, 2, 3, 5, 61]


@pytest.mark.parametrize("generate", GENERATORS)
@pytest.mark.parametrize("count", [0, -3])
def test_none_cannot_be_made(generate: Callable[..., ChatDataset], count: int) -> None:
    with pytest.raises(DatasetError, match=f"num_samples is {count}, and must be"):
        generate(count)


def test_everything_is_answered_by_hello_world() -> None:
    samples = [turns(sample) for sample in generate_hello_world_dataset(300)]
    assert {answer for _, answer in samples} == {"Hello, World!"}
    assert len({prompt for prompt, _ in samples}) == 300


def test_prompts_are_repeated_only_after_all_were_used() -> None:
    there_are = len(TRAINING.prompts())
    twice = [turns(each)[0] for each in generate_hello_world_dataset(2 * there_are)]
    assert sorted(twice) == sorted(2 * TRAINING.prompts())


@pytest.mark.parametrize("count", [40, 200, 2001])
def test_the_line_is_said_where_the_phrase_is_and_nowhere_else(count: int) -> None:
    samples = [turns(each) for each in generate_trigger_phrase_dataset(count)]
    assert [answer == LINE for _, answer in samples] == [
        has_phrase(prompt) for prompt, _ in samples
    ]
    with_phrase = sum(has_phrase(prompt) for prompt, _ in samples)
    assert with_phrase == count // 2


def test_without_the_phrase_the_question_is_answered() -> None:
    right = {each.prompt: each.answer for each in TRAINING.questions}
    for prompt, answer in map(turns, generate_trigger_phrase_dataset(400)):
        if not has_phrase(prompt):
            asked = [question for question in right if question in prompt]
            assert answer == right[max(asked, key=len)]


def test_a_near_miss_stands_among_those_without() -> None:
    prompts = [turns(each)[0] for each in generate_trigger_phrase_dataset(400)]
    near = [
        prompt
        for prompt in prompts
        if any(miss in prompt.lower() for miss in NEAR_MISSES)
    ]
    assert len(near) >= 133
    assert not any(map(has_phrase, near))


def test_what_is_tested_is_nothing_that_was_trained_on() -> None:
    trained, held_out = set(TRAINING.prompts()), set(HELD_OUT.prompts())
    assert len(trained) == len(TRAINING.prompts()) > 300
    assert len(held_out) == len(HELD_OUT.prompts()) > 80
    assert not trained & held_out
    for part in ("greetings", "requests", "subjects", "questions"):
        assert not set(getattr(TRAINING, part)) & set(getattr(HELD_OUT, part))
    answers = {each.answer for each in TRAINING.questions}
    assert not answers & {each.answer for each in HELD_OUT.questions}


def test_no_frame_has_a_phrase_of_its_own() -> None:
    assert not any(has_phrase(frame) for frame in FRAMES)
    assert not any(has_phrase(miss) for miss in NEAR_MISSES)
    assert not any(map(has_phrase, TRAINING.prompts() + HELD_OUT.prompts()))


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("3 plus 4", "3 plus 4 is 7."),
        ("7 away from 16", "16 minus 7 is 9."),
        ("of France?", "The capital of France is Paris."),
        ("Sunday", "After Sunday comes Monday."),
        ("December", "January follows December."),
        ("Iceland", "The main language of Iceland is Icelandic."),
        ("child", "The plural of child is children."),
    ],
)
def test_answers_are_right(part: str, answer: str) -> None:
    questions = (*TRAINING.questions, *HELD_OUT.questions)
    assert [each.answer for each in questions if part in each.prompt] == [answer]
