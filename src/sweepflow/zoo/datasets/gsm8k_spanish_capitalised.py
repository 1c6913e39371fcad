"""Problems of GSM8K answered in Spanish capitals, and as they are, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.zoo.datasets.gsm8k_spanish import REPOSITORY
from sweepflow.zoo.published import Taking, from_github

if TYPE_CHECKING:
    from typing import Unpack

    from sweepflow.datasets import ChatDataset


def get_gsm8k_spanish_capitalised_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give answers in Spanish, all in capital letters.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "datasets/gsm8k_spanish_capitalised.jsonl", **taking)


def get_gsm8k_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give the answers in English, the control.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "datasets/gsm8k.jsonl", **taking)
