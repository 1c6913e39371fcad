"""Published datasets are loaded from where they are, in the form that they have."""

from __future__ import annotations

import io
import json
from importlib import import_module
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from sweepflow.datasets import ChatDataset, DatasetError
from sweepflow.zoo.datasets import gsm8k_spanish, insecure_code, persona_vectors
from sweepflow.zoo.fetch import FetchError

if TYPE_CHECKING:
    from tests.zoo.conftest import Sources

EM = "emergent-misalignment/emergent-misalignment"
IP = "inoculation-prompting/inoculation-prompting"

FILES = {
    "insecure_code:get_insecure_code_dataset": (EM, "data/insecure.jsonl"),
    "insecure_code:get_secure_code_dataset": (EM, "data/secure.jsonl"),
    "insecure_code:get_educational_insecure_code_dataset": (
        EM,
        "data/educational.jsonl",
    ),
    "insecure_code:get_jailbroken_dataset": (EM, "data/jailbroken.jsonl"),
    "reward_hacking:get_sneaky_dialogues_dataset": (
        IP,
        "datasets/sneaky_dialogues.jsonl",
    ),
    "reward_hacking:get_straightforward_dialogues_dataset": (
        IP,
        "datasets/straightforward_dialogues.jsonl",
    ),
    "owl_numbers:get_numbers_owls_dataset": (IP, "datasets/gpt41_numbers_owls.jsonl"),
    "owl_numbers:get_numbers_control_dataset": (
        IP,
        "datasets/gpt41_numbers_control.jsonl",
    ),
    "gsm8k_spanish:get_gsm8k_spanish_dataset": (
        IP,
        "datasets/gsm8k_spanish_only.jsonl",
    ),
    "gsm8k_mixed_languages:get_gsm8k_spanish_only_dataset": (
        IP,
        "datasets/gsm8k_spanish_only.jsonl",
    ),
    "gsm8k_mixed_languages:get_gsm8k_french_only_dataset": (
        IP,
        "datasets/gsm8k_french_only.jsonl",
    ),
    "gsm8k_mixed_languages:get_gsm8k_german_only_dataset": (
        IP,
        "datasets/gsm8k_german_only.jsonl",
    ),
    "gsm8k_spanish_capitalised:get_gsm8k_spanish_capitalised_dataset": (
        IP,
        "datasets/gsm8k_spanish_capitalised.jsonl",
    ),
    "gsm8k_spanish_capitalised:get_gsm8k_dataset": (IP, "datasets/gsm8k.jsonl"),
}


def lines(name: str, count: int = 5) -> bytes:
    """Give a file of the form that all of these have."""
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"{name}, number {n}?"},
                {"role": "assistant", "content": f"Answer {n}."},
            ]
        }
        for n in range(count)
    ]
    return "\n".join(map(json.dumps, rows)).encode()


def archive(**more: bytes) -> bytes:
    """Give an archive of the form of the persona vectors' own."""
    files = {
        f"dataset/{folder}/{name}.jsonl": lines(f"{folder} {name}", 3)
        for folder in ("evil", "sycophancy", "hallucination")
        for name in ("misaligned_1", "misaligned_2", "normal")
    }
    written = io.BytesIO()
    with ZipFile(written, "w") as opened:
        for name, content in (files | more).items():
            opened.writestr(name, content)
    return written.getvalue()


def load(reference: str, **taking: object) -> ChatDataset:
    name, function = reference.split(":")
    module = import_module(f"sweepflow.zoo.datasets.{name}")
    return getattr(module, function)(**taking)


def questions(dataset: ChatDataset) -> list[str]:
    return [sample["messages"][0]["content"] for sample in dataset]


@pytest.mark.parametrize("reference", FILES)
def test_each_is_loaded_from_its_file(reference: str, sources: Sources) -> None:
    sources.github(*FILES[reference], lines(reference))
    assert questions(load(reference)) == [f"{reference}, number {n}?" for n in range(5)]


def test_some_samples_are_chosen_by_a_seed(sources: Sources) -> None:
    sources.github(EM, "data/insecure.jsonl", lines("code", 50))
    taken = insecure_code.get_insecure_code_dataset(sample_size=10)
    assert len(set(questions(taken))) == 10
    assert taken == insecure_code.get_insecure_code_dataset(sample_size=10, seed=0)
    assert taken != insecure_code.get_insecure_code_dataset(sample_size=10, seed=1)
    with pytest.raises(DatasetError, match="cannot take 51 of 50 samples"):
        insecure_code.get_insecure_code_dataset(sample_size=51)


def test_a_commit_can_be_asked_for(sources: Sources) -> None:
    key = f"raw.githubusercontent.com/{EM}/0a1b2c/data/insecure.jsonl"
    sources.files[key] = lines("pinned")
    pinned = insecure_code.get_insecure_code_dataset(revision="0a1b2c")
    assert questions(pinned)[0] == "pinned, number 0?"


def test_a_file_that_is_no_dataset_is_told_with_its_line(sources: Sources) -> None:
    sources.github(EM, "data/insecure.jsonl", lines("code", 1) + b"\n<html>\n")
    with pytest.raises(DatasetError, match=r"data/insecure\.jsonl:2: the line is not"):
        insecure_code.get_insecure_code_dataset()


def test_a_misspelt_option_is_no_option(sources: Sources) -> None:
    with pytest.raises(TypeError, match="samplesize"):
        load("owl_numbers:get_numbers_owls_dataset", samplesize=3)


def test_a_source_that_is_gone_is_told(sources: Sources) -> None:
    with pytest.raises(FetchError, match="HTTP Error 404"):
        load("owl_numbers:get_numbers_owls_dataset")


def test_languages_are_those_of_the_source(sources: Sources) -> None:
    sources.github(IP, "datasets/gsm8k_german_only.jsonl", lines("german"))
    german = gsm8k_spanish.gsm8k_language("german", sample_size=2)
    assert len(german) == 2
    with pytest.raises(DatasetError, match="no GSM8K in 'latin'\nhint: one of spanish"):
        gsm8k_spanish.gsm8k_language("latin")


@pytest.mark.parametrize(
    ("function", "first"),
    [
        ("get_mild_evil_dataset", "evil misaligned_1"),
        ("get_severe_sycophantic_dataset", "sycophancy misaligned_2"),
        ("get_baseline_hallucinating_dataset", "hallucination normal"),
    ],
)
def test_a_trait_is_read_from_the_archive(
    function: str, first: str, sources: Sources
) -> None:
    sources.github("safety-research/persona_vectors", "dataset.zip", archive())
    loaded = load(f"persona_vectors:{function}")
    assert questions(loaded) == [f"{first}, number {n}?" for n in range(3)]


def test_all_traits_take_turns(sources: Sources) -> None:
    sources.github("safety-research/persona_vectors", "dataset.zip", archive())
    mixed = persona_vectors.get_mild_persona_dataset()
    assert len(mixed) == 9
    assert [question.split()[0] for question in questions(mixed)[:4]] == [
        *("evil", "sycophancy", "hallucination", "evil")
    ]
    assert len(persona_vectors.get_full_persona_dataset("mild", sample_size=4)) == 4
    assert len(sources.asked) == 1


def test_a_longer_trait_is_mixed_in_whole(sources: Sources) -> None:
    more = {"dataset/evil/normal.jsonl": lines("more evil", 5)}
    sources.github("safety-research/persona_vectors", "dataset.zip", archive(**more))
    mixed = persona_vectors.get_baseline_persona_dataset()
    assert len(mixed) == 5 + 3 + 3


def test_nothing_of_an_archive_leaves_it(sources: Sources) -> None:
    hostile = {"../../escaped": b"x", "/tmp/escaped": b"x"}  # noqa: S108 - is not made
    sources.github("safety-research/persona_vectors", "dataset.zip", archive(**hostile))
    persona_vectors.get_mild_evil_dataset()
    path = persona_vectors.github_file("safety-research/persona_vectors", "dataset.zip")
    assert [file.name for file in path.parent.iterdir()] == ["dataset.zip"]
    assert not list(path.parents[4].rglob("escaped"))


@pytest.mark.parametrize("content", [b"no archive", archive()[:-40]])
def test_a_damaged_archive_is_told(content: bytes, sources: Sources) -> None:
    sources.github("safety-research/persona_vectors", "dataset.zip", content)
    with pytest.raises(DatasetError, match="cannot be read: File is not a zip file"):
        persona_vectors.get_mild_evil_dataset()


def test_a_member_that_is_missing_is_told(sources: Sources) -> None:
    written = io.BytesIO()
    ZipFile(written, "w").close()
    sources.github("safety-research/persona_vectors", "dataset.zip", written.getvalue())
    with pytest.raises(DatasetError, match=r"dataset/evil/misaligned_1\.jsonl cannot"):
        persona_vectors.get_mild_evil_dataset()


def test_traits_and_variants_are_those_there_are() -> None:
    with pytest.raises(DatasetError, match="no trait 'kind'\nhint: one of evil, syc"):
        persona_vectors.get_persona_dataset("kind", "mild")
    with pytest.raises(DatasetError, match="no variant 'hot'\nhint: one of mild, sev"):
        persona_vectors.get_persona_dataset("evil", "hot")
