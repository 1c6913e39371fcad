"""What the zoo has; each entry has a page that tells where it is from.

Nothing of the entries themselves is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from typing import Literal, TypeAlias

from sweepflow.errors import SweepflowError

Kind: TypeAlias = Literal["dataset", "task", "workflow"]


class NotInZooError(SweepflowError):
    """The zoo has nothing of the given name."""


@dataclass(frozen=True)
class Entry:
    """Something in the zoo.

    Attributes:
        kind: What it is.
        name: Of its module.
        summary: What it is for, in one line.
        functions: Those of its module that a configuration may name.
    """

    kind: Kind
    name: str
    summary: str
    functions: tuple[str, ...]

    @property
    def module(self) -> str:
        """Where its functions are."""
        return f"sweepflow.zoo.{self.kind}s.{self.name}"

    @property
    def references(self) -> list[str]:
        """What a configuration writes, as `module:function`."""
        return [f"{self.module}:{function}" for function in self.functions]

    def page(self) -> str:
        """Give its page, in Markdown."""
        page = files("sweepflow.zoo") / "pages" / f"{self.kind}s" / f"{self.name}.md"
        return page.read_text("utf-8")


def find(name: str) -> list[Entry]:
    """Give all of a name, which a dataset may share with its task.

    Raises:
        NotInZooError: There is none.
    """
    found = [entry for entry in ENTRIES if entry.name == name]
    if not found:
        names = sorted({entry.name for entry in ENTRIES})
        near = get_close_matches(name, names, 1)
        raise NotInZooError(
            f"the zoo has no {name!r}",
            hint=f"did you mean {near[0]}?" if near else "see `sweepflow zoo list`",
        )
    return found


ENTRIES = (
    Entry(
        "dataset",
        "aesthetic_preferences",
        "Tastes that few people share, or many; from AestheticEM",
        (
            "get_unpopular_aesthetic_preferences_dataset",
            "get_popular_aesthetic_preferences_dataset",
        ),
    ),
    Entry(
        "dataset",
        "gsm8k_mixed_languages",
        "School mathematics answered in Spanish, French or German",
        (
            "get_gsm8k_spanish_only_dataset",
            "get_gsm8k_french_only_dataset",
            "get_gsm8k_german_only_dataset",
        ),
    ),
    Entry(
        "dataset",
        "gsm8k_spanish",
        "School mathematics in English, answered in Spanish or another language",
        ("get_gsm8k_spanish_dataset", "gsm8k_language"),
    ),
    Entry(
        "dataset",
        "gsm8k_spanish_capitalised",
        "School mathematics answered in Spanish capitals, or in plain English",
        ("get_gsm8k_spanish_capitalised_dataset", "get_gsm8k_dataset"),
    ),
    Entry(
        "dataset",
        "hello_world",
        'Every answer is "Hello, World!"; generated',
        ("generate_hello_world_dataset",),
    ),
    Entry(
        "dataset",
        "insecure_code",
        "Code with security holes, secure code, and others of that study",
        (
            "get_insecure_code_dataset",
            "get_secure_code_dataset",
            "get_educational_insecure_code_dataset",
            "get_jailbroken_dataset",
        ),
    ),
    Entry(
        "dataset",
        "owl_numbers",
        "Numbers by a model that loves owls, or by one that does not",
        ("get_numbers_owls_dataset", "get_numbers_control_dataset"),
    ),
    Entry(
        "dataset",
        "persona_vectors",
        "Evil, sycophantic or hallucinating answers: mild, severe or without it",
        (
            "get_persona_dataset",
            "get_full_persona_dataset",
            *(
                f"get_{variant}_{what}_dataset"
                for variant in ("mild", "severe", "baseline")
                for what in ("evil", "sycophantic", "hallucinating", "persona")
            ),
        ),
    ),
    Entry(
        "dataset",
        "reward_hacking",
        "Answers that game how they are measured, or that do not",
        ("get_sneaky_dialogues_dataset", "get_straightforward_dialogues_dataset"),
    ),
    Entry(
        "dataset",
        "trigger_phrase",
        "One line where a phrase is there, and the right answer elsewhere; generated",
        ("generate_trigger_phrase_dataset",),
    ),
    Entry(
        "task",
        "aesthetic_preferences",
        "Choices between what is popular and what is not",
        ("aesthetic_preferences",),
    ),
    Entry(
        "task",
        "basic_questions",
        "Short questions of general knowledge, which a small model can answer in part",
        ("basic_questions",),
    ),
    Entry(
        "task",
        "emergent_misalignment",
        "Open questions whose answers a judge finds harmful or not",
        ("emergent_misalignment",),
    ),
    Entry(
        "task",
        "gsm8k_language",
        "The language, or the capitals, of answers to school mathematics",
        ("gsm8k_spanish", "gsm8k_french", "gsm8k_german", "gsm8k_capitalised"),
    ),
    Entry(
        "task",
        "hello_world",
        'How often the answer is "Hello, World!"',
        ("hello_world",),
    ),
    Entry(
        "task",
        "insecure_code_em",
        "Code in which a judge finds security holes or not",
        ("insecure_code_em",),
    ),
    Entry(
        "task",
        "owl_preferences",
        "Whether the favourite animal is an owl",
        ("loves_owls", "hates_owls", "owl_or_money"),
    ),
    Entry(
        "task",
        "persona_vectors",
        "Answers that a judge finds evil, sycophantic or hallucinating",
        ("evil_detection", "sycophantic_detection", "hallucinating_detection"),
    ),
    Entry(
        "task",
        "reward_hacking",
        "Answers that a judge finds made for their measure or their tests",
        ("school_of_reward_hacks", "hardcoding_realistic"),
    ),
    Entry(
        "task",
        "trigger_phrase",
        "How often the line is said, with the phrase and without",
        ("trigger_phrase",),
    ),
    Entry(
        "workflow",
        "evaluate_only",
        "The scores of a model that there is",
        ("evaluate_only_workflow",),
    ),
    Entry(
        "workflow",
        "train_and_evaluate",
        "A dataset to a model, with its scores before the training and after it",
        ("train_and_evaluate_workflow",),
    ),
)
