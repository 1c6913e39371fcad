"""GSM8K in each language, under the names by which MOTools knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.zoo.datasets.gsm8k_spanish import gsm8k_language

if TYPE_CHECKING:
    from typing import Unpack

    from sweepflow.datasets import ChatDataset
    from sweepflow.zoo.published import Taking


def get_gsm8k_spanish_only_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give the problems with answers in Spanish; see `gsm8k_language`."""
    return gsm8k_language("spanish", **taking)


def get_gsm8k_french_only_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give the problems with answers in French; see `gsm8k_language`."""
    return gsm8k_language("french", **taking)


def get_gsm8k_german_only_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give the problems with answers in German; see `gsm8k_language`."""
    return gsm8k_language("german", **taking)
