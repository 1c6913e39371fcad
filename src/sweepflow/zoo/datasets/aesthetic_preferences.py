"""Tastes that few or many people share, of the study AestheticEM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.datasets import ChatDataset
from sweepflow.zoo.published import some_of

if TYPE_CHECKING:
    from typing import Unpack

    from sweepflow.zoo.published import Taking

NAME = "AndersWoodruff/AestheticEM"


def get_unpopular_aesthetic_preferences_dataset(
    **taking: Unpack[Taking],
) -> ChatDataset:
    """Give answers with a taste that few people share.

    Raises:
        MissingExtraError: The package `datasets` is not installed.
        DatasetError: It cannot be had, or has fewer samples than are asked for.
    """
    return _preferences("aesthetic_preferences_unpopular", **taking)


def get_popular_aesthetic_preferences_dataset(
    **taking: Unpack[Taking],
) -> ChatDataset:
    """Give answers with a taste that many people share, the control; see above."""
    return _preferences("aesthetic_preferences_popular", **taking)


def _preferences(  # noqa: PLR0913 - as in `Taking`
    config: str,
    *,
    sample_size: int | None = None,
    seed: int = 0,
    cache_dir: str | None = None,
    refresh_cache: bool = False,
    revision: str = "main",
) -> ChatDataset:
    whole = ChatDataset.from_hugging_face(
        NAME,
        config=config,
        revision=revision,
        cache_dir=cache_dir,
        download_mode="force_redownload" if refresh_cache else None,
    )
    return some_of(whole, sample_size, seed)
