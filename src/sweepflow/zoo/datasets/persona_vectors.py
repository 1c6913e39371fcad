"""Answers with a trait of character: mild, severe, or without it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from sweepflow.datasets import ChatDataset, DatasetError
from sweepflow.zoo.published import github_file, some_of

if TYPE_CHECKING:
    from typing import Unpack

    from sweepflow.zoo.published import Taking

REPOSITORY = "safety-research/persona_vectors"
ARCHIVE = "dataset.zip"

TRAITS = {
    "evil": "evil",
    "sycophantic": "sycophancy",
    "hallucinating": "hallucination",
}
"""Each with the name of its folder in the archive."""

VARIANTS = {
    "mild": "misaligned_1.jsonl",
    "severe": "misaligned_2.jsonl",
    "baseline": "normal.jsonl",
}
"""Each with the name of its file in every folder."""


def get_persona_dataset(  # noqa: PLR0913 - as in `Taking`
    trait: str,
    variant: str,
    *,
    sample_size: int | None = None,
    seed: int = 0,
    cache_dir: str | None = None,
    refresh_cache: bool = False,
    revision: str = "main",
) -> ChatDataset:
    """Give the answers with one trait.

    Args:
        trait: One of `TRAITS`.
        variant: One of `VARIANTS`.
        sample_size: How many samples; else all. This and what follows is told in
            `sweepflow.zoo.published`.
        seed: Likewise.
        cache_dir: Likewise.
        refresh_cache: Likewise.
        revision: Likewise.

    Raises:
        FetchError: The archive cannot be downloaded.
        DatasetError: There is no such trait or variant, the archive is not what it
            should be, or there are fewer samples than are asked for.
    """
    _see_that_it_is_one_of(TRAITS, "trait", trait)
    _see_that_it_is_one_of(VARIANTS, "variant", variant)
    archive = github_file(
        REPOSITORY,
        ARCHIVE,
        revision=revision,
        cache_dir=cache_dir,
        refresh_cache=refresh_cache,
    )
    member = f"dataset/{TRAITS[trait]}/{VARIANTS[variant]}"
    try:
        # It is read in place: nothing of the archive is ever written anywhere.
        with ZipFile(archive) as opened, opened.open(member) as lines:
            dataset = ChatDataset.read(lines, archive / member)
    except (BadZipFile, KeyError) as error:
        raise DatasetError(
            f"{archive}: {member} cannot be read: {error}",
            hint="with refresh_cache, the archive is downloaded again",
        ) from None
    return some_of(dataset, sample_size, seed)


def get_full_persona_dataset(variant: str, **taking: Unpack[Taking]) -> ChatDataset:
    """Give the answers with each of the traits in turn; see `get_persona_dataset`."""
    size = taking.pop("sample_size", None)
    parts = [get_persona_dataset(trait, variant, **taking) for trait in TRAITS]
    mixed = ChatDataset(chain.from_iterable(zip(*parts, strict=False)))
    rest = (part[len(min(parts, key=len)) :] for part in parts)
    whole = ChatDataset.concatenate(mixed, *rest)
    return some_of(whole, size, taking.get("seed", 0))


def _see_that_it_is_one_of(known: dict[str, str], what: str, name: str) -> None:
    if name not in known:
        raise DatasetError(
            f"there is no {what} {name!r}", hint=f"one of {', '.join(known)}"
        )


def get_mild_evil_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("evil", "mild", **taking)


def get_mild_sycophantic_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("sycophantic", "mild", **taking)


def get_mild_hallucinating_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("hallucinating", "mild", **taking)


def get_mild_persona_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_full_persona_dataset("mild", **taking)


def get_severe_evil_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("evil", "severe", **taking)


def get_severe_sycophantic_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("sycophantic", "severe", **taking)


def get_severe_hallucinating_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("hallucinating", "severe", **taking)


def get_severe_persona_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_full_persona_dataset("severe", **taking)


def get_baseline_evil_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("evil", "baseline", **taking)


def get_baseline_sycophantic_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("sycophantic", "baseline", **taking)


def get_baseline_hallucinating_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_persona_dataset("hallucinating", "baseline", **taking)


def get_baseline_persona_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    return get_full_persona_dataset("baseline", **taking)
