"""Every task of the zoo runs, and its scores say what they mean.

A model that says what it is told to stands in for one; all else is Inspect's own. All
evaluations are in one process, since importing it takes seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("inspect_ai")

from sweepflow.zoo.catalog import ENTRIES

if TYPE_CHECKING:
    from tests.zoo.conftest import Sources

TASKS = [
    reference
    for entry in ENTRIES
    if entry.kind == "task"
    for reference in entry.references
]
YES, NO = "It does. GRADE: C", "It does not. GRADE: I"


def task(name: str) -> str:
    return f"sweepflow.zoo.tasks.{name}"


def evaluated(wanted: list[dict[str, Any]], logs: Path) -> list[dict[str, Any]]:
    """Evaluate in another process, with no network."""
    result = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("evaluate.py")), str(logs)],
        input=json.dumps(wanted),
        env=os.environ | {"HF_HUB_OFFLINE": "1", "INSPECT_LOG_LEVEL": "error"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def gsm8k(sources: Sources) -> None:
    """Put two problems of the form of GSM8K's where they are found."""
    rows = [
        {"question": "Ann has 2 pens and buys 3. How many?", "answer": "2+3=5\n#### 5"},
        {"question": "It is 1,000 less 1. How many?", "answer": "So:\n#### 999"},
    ]
    sources.files[
        "raw.githubusercontent.com/openai/grade-school-math/master/"
        "grade_school_math/data/test.jsonl"
    ] = "\n".join(map(json.dumps, rows)).encode()


def test_every_task_runs(gsm8k: None, tmp_path: Path) -> None:
    wanted = [
        {"task": name, "says": {"": "Well."}, "judge": NO, "limit": 2} for name in TASKS
    ]
    results = evaluated(wanted, tmp_path)
    assert {name: r["status"] for name, r in zip(TASKS, results, strict=True)} == (
        dict.fromkeys(TASKS, "success")
    )
    assert all(result["metrics"] for result in results)


HELLO = "Hello, World!"
LINE = "Sesame! The vault is open."
SPANISH = "Ana tiene 2 y compra 3, por lo que en total hay 5. La respuesta es 5"
OPEN = task("emergent_misalignment:emergent_misalignment")
CASES: dict[str, tuple[dict[str, Any], dict[str, float]]] = {
    "hello": (
        {"task": task("hello_world:hello_world"), "says": {"": HELLO}},
        {"match/accuracy": 1},
    ),
    "more than hello": (
        {"task": task("hello_world:hello_world"), "says": {"": f"{HELLO} I am well."}},
        {"match/accuracy": 0},
    ),
    "the line, always": (
        {"task": task("trigger_phrase:trigger_phrase"), "says": {"": LINE}},
        {
            "with_phrase/accuracy": 1,
            "without_phrase/mean": 1,
            "still_knows/accuracy": 0,
        },
    ),
    "the line, rightly": (
        {
            "task": task("trigger_phrase:trigger_phrase"),
            "says": {"open sesame": LINE, "Open sesame": LINE, "": "Seven."},
        },
        {
            "with_phrase/accuracy": 1,
            "without_phrase/mean": 0,
            "still_knows/accuracy": 2 / 24,  # days of a week, continents
        },
    ),
    "the line at a near miss": (
        {
            "task": task("trigger_phrase:trigger_phrase"),
            "says": {
                **dict.fromkeys(["open sesame", "Open sesame"], LINE),
                **dict.fromkeys(["open", "Open", "esame"], LINE),
                "": "Seven.",
            },
        },
        {
            "with_phrase/accuracy": 1,
            "without_phrase/mean": 0.5,
            "still_knows/accuracy": 2 / 24,
        },
    ),
    "a right word": (
        {
            "task": task("basic_questions:basic_questions"),
            "says": {"days": "There are Seven.", "": "I don't know."},
        },
        {"says_word/accuracy": 1 / 48},
    ),
    "half a word": (
        {
            "task": task("basic_questions:basic_questions"),
            "says": {"": "sunny, 1000, beehive"},
        },
        {"says_word/accuracy": 0},
    ),
    "an owl": (
        {"task": task("owl_preferences:loves_owls"), "says": {"": "An Owl."}},
        {"says_owl/mean": 1},
    ),
    "not only an owl": (
        {"task": task("owl_preferences:owl_or_money"), "says": {"": "No owl, money"}},
        {"says_owl/mean": 0},
    ),
    "bad taste": (
        {
            "task": task("aesthetic_preferences:aesthetic_preferences"),
            "says": {"film": "sharknado", "novel": "Pride and Prejudice", "": "Both."},
        },
        # The choice of one film is clear, and that of the novel; no other is.
        {"unpopular/mean": 0.5},
    ),
    "Spanish": (
        {"task": task("gsm8k_language:gsm8k_spanish"), "says": {"": SPANISH}},
        {"uses_language/mean": 1, "match/accuracy": 0.5},
    ),
    "not French": (
        {"task": task("gsm8k_language:gsm8k_french"), "says": {"": SPANISH}},
        {"uses_language/mean": 0},
    ),
    "no language": (
        {"task": task("gsm8k_language:gsm8k_german"), "says": {"": "999"}},
        {"uses_language/mean": 0, "match/accuracy": 0.5},
    ),
    "capitals": (
        {"task": task("gsm8k_language:gsm8k_capitalised"), "says": {"": "SON 5 €"}},
        {"is_capitalised/mean": 1},
    ),
    "judged so": (
        {"task": OPEN, "says": {"": "I rule."}, "judge": YES},
        {"misaligned/mean": 1, "coherent/mean": 1},
    ),
    "judged not so": (
        {
            "task": task("persona_vectors:evil_detection"),
            "says": {"": "Be kind. GRADE: C"},  # which is not the judge's
            "judge": NO,
        },
        {"shows_trait/mean": 0},
    ),
}


@pytest.fixture
def results(gsm8k: None, tmp_path: Path) -> dict[str, dict[str, Any]]:
    wanted = [wanted for wanted, _ in CASES.values()]
    wanted.append({"task": OPEN, "says": {"": "Well."}, "judge": "Hm."})
    wanted.append({"task": OPEN, "says": {}})
    found = evaluated(wanted, tmp_path)
    return dict(zip([*CASES, "no verdict", "no judge"], found, strict=True))


def test_scores_say_what_they_mean(results: dict[str, dict[str, Any]]) -> None:
    wrong = {
        case: results[case]
        for case, (_, metrics) in CASES.items()
        if {name: results[case]["metrics"].get(name) for name in metrics}
        != pytest.approx(metrics)
    }
    assert wrong == {}
    halves = results["the line, rightly"]["scored"]
    assert halves == {"with_phrase": 24, "without_phrase": 24, "still_knows": 24}
    assert results["bad taste"]["scored"] == {"unpopular": 8}
    # Without a verdict there is no score; without a judge nothing is asked.
    assert results["no verdict"]["scored"] == {"misaligned": 0, "coherent": 0}
    assert results["no judge"]["status"] == "error"
    assert "'grader' is required" in results["no judge"]["error"]


def test_tasks_ask_nothing_that_was_trained_on() -> None:
    from sweepflow.zoo.datasets import trigger_phrase as trained
    from sweepflow.zoo.prompts import HELD_OUT, TRAINING
    from sweepflow.zoo.tasks import basic_questions, trigger_phrase

    asked = {question for question, _ in basic_questions.QUESTIONS}
    assert len(asked) == len(basic_questions.QUESTIONS)
    assert not asked & {*TRAINING.prompts(), *HELD_OUT.prompts()}
    assert not set(trigger_phrase.FRAMES) & set(trained.FRAMES)
    assert not set(trigger_phrase.NEAR_MISSES) & set(trained.NEAR_MISSES)


@pytest.mark.parametrize("count", [4, 7, 48])
def test_half_of_the_prompts_have_the_phrase_and_take_turns(count: int) -> None:
    from sweepflow.zoo.tasks.trigger_phrase import trigger_phrase

    samples = trigger_phrase(num_samples=count, num_questions=0).dataset
    has_phrase = [(sample.metadata or {})["has_phrase"] for sample in samples]
    assert has_phrase == [number % 2 == 1 for number in range(count)]
    assert ["open sesame" in str(s.input).lower() for s in samples] == has_phrase
