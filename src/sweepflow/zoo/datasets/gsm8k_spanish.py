"""Problems of GSM8K that are answered in another language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.datasets import DatasetError
from sweepflow.zoo.published import Taking, from_github

if TYPE_CHECKING:
    from typing import Unpack

    from sweepflow.datasets import ChatDataset

REPOSITORY = "inoculation-prompting/inoculation-prompting"
LANGUAGES = ("spanish", "french", "german")


def get_gsm8k_spanish_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give the problems with answers in Spanish; see `gsm8k_language`."""
    return gsm8k_language("spanish", **taking)


def gsm8k_language(language: str = "spanish", **taking: Unpack[Taking]) -> ChatDataset:
    """Give problems in English with answers in another language.

    Args:
        language: One of `LANGUAGES`.
        taking: How many, and from where; see `sweepflow.zoo.published`.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There is no such language, or there are fewer samples than are
            asked for.
    """
    if language not in LANGUAGES:
        raise DatasetError(
            f"there is no GSM8K in {language!r}", hint=f"one of {', '.join(LANGUAGES)}"
        )
    return from_github(REPOSITORY, f"datasets/gsm8k_{language}_only.jsonl", **taking)
