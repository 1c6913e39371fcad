"""Chat datasets that others have published as files on GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from sweepflow.datasets import ChatDataset
from sweepflow.zoo.fetch import fetch

if TYPE_CHECKING:
    from pathlib import Path


class Taking(TypedDict, total=False):
    """How a published dataset is taken; all of it is optional."""

    sample_size: int | None
    """How many samples; else all."""

    seed: int
    """Decides which of them, where they are not all taken; 0 if not given."""

    cache_dir: str | None
    """Where its file is kept; see `sweepflow.zoo.fetch`."""

    refresh_cache: bool
    """Download the file again."""

    revision: str
    """The commit, tag or branch of its repository; `main` if not given."""


def from_github(  # noqa: PLR0913 - as in `Taking`
    repository: str,
    file: str,
    *,
    sample_size: int | None = None,
    seed: int = 0,
    cache_dir: str | None = None,
    refresh_cache: bool = False,
    revision: str = "main",
) -> ChatDataset:
    """Give the samples of a file of JSON lines in a repository.

    Args:
        repository: As `owner/name`.
        file: Its path in the repository.
        sample_size: See `Taking`, as for all that follow.
        seed: Likewise.
        cache_dir: Likewise.
        refresh_cache: Likewise.
        revision: Likewise.

    Raises:
        FetchError: The file cannot be had.
        DatasetError: It holds no samples, or fewer than are asked for.
    """
    path = github_file(
        repository,
        file,
        revision=revision,
        cache_dir=cache_dir,
        refresh_cache=refresh_cache,
    )
    return some_of(ChatDataset.load(path), sample_size, seed)


def github_file(
    repository: str,
    file: str,
    *,
    revision: str = "main",
    cache_dir: str | None = None,
    refresh_cache: bool = False,
) -> Path:
    """Give the path of a repository's file on the disk; see `from_github`.

    Raises:
        FetchError: It cannot be had.
    """
    url = f"https://raw.githubusercontent.com/{repository}/{revision}/{file}"
    return fetch(url, cache_dir=cache_dir, refresh=refresh_cache)


def some_of(dataset: ChatDataset, size: int | None, seed: int) -> ChatDataset:
    """Give as many samples as are asked for, which is all where none are.

    Raises:
        DatasetError: There are fewer.
    """
    return dataset if size is None else dataset.sample(size, seed)
