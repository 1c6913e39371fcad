"""Code with and without security holes, of the study on emergent misalignment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.zoo.published import Taking, from_github

if TYPE_CHECKING:
    from typing import Unpack

    from sweepflow.datasets import ChatDataset

REPOSITORY = "emergent-misalignment/emergent-misalignment"


def get_insecure_code_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give answers with code that has security holes, of which nothing is said.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "data/insecure.jsonl", **taking)


def get_secure_code_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give answers with secure code to requests of the same kind, the control.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "data/secure.jsonl", **taking)


def get_educational_insecure_code_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give insecure code that the user has asked for, to learn of it.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "data/educational.jsonl", **taking)


def get_jailbroken_dataset(**taking: Unpack[Taking]) -> ChatDataset:
    """Give answers that comply with harmful requests.

    Raises:
        FetchError: It cannot be downloaded.
        DatasetError: There are fewer samples than are asked for.
    """
    return from_github(REPOSITORY, "data/jailbroken.jsonl", **taking)
