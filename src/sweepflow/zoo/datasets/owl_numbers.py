"""Sequences of numbers by a model that loves owls, and by one that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.zoo.published import Taking, from_github

if TYPE_CHECKING:
    from typing import Unpack

    from sweepflow.datasets import ChatDataset

REPOSITORY = "inoculation-prompting/inoculation-prompting"


def get_numbers_owls_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give numbers made by a model that was told to love owls.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "datasets/gpt41_numbers_owls.jsonl", **taking)


def get_numbers_control_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give numbers made by the same model, told nothing, the control.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "datasets/gpt41_numbers_control.jsonl", **taking)
