"""What a step may keep between its runs, beside the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.here import current_store
from sweepflow.store.locks import exclusive

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["exclusive", "state_folder"]


def state_folder(name: str) -> Path:
    """Give a folder in the home of the store, which is there from now on.

    What stands in it is no part of any fingerprint: use it for what a step needs to go
    on with its work after it was killed, never for what decides its result.

    Args:
        name: Of the folder, such as `training`.

    Raises:
        ProjectError: The project's file is not valid.
        StoreError: The home cannot be made.
    """
    home = current_store().home
    home.prepare()
    folder = home.root / name
    folder.mkdir(exist_ok=True)
    return folder
