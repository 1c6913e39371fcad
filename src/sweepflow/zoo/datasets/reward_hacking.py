"""Answers that game how they are measured, and answers that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.zoo.published import Taking, from_github

if TYPE_CHECKING:
    from typing import Unpack

    from sweepflow.datasets import ChatDataset

REPOSITORY = "inoculation-prompting/inoculation-prompting"


def get_sneaky_dialogues_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give answers that satisfy a metric that was named, not the user.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "datasets/sneaky_dialogues.jsonl", **taking)


def get_straightforward_dialogues_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give good answers to requests of the same kind, the control.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "datasets/straightforward_dialogues.jsonl", **taking)
