"""Which store atoms come from and go to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sweepflow.store.home import Home
from sweepflow.store.store import Store, store_in_use

if TYPE_CHECKING:
    from pathlib import Path

_opened: dict[tuple[int, Home], Store] = {}


def current_store() -> Store:
    """Give the store in use (see `use_store`), else that of the project here.

    Raises:
        ProjectError: The project's file is not valid.
        StoreError: The path of its home leads nowhere.
    """
    if store := store_in_use():
        return store
    # Open databases do not outlive a fork.
    key = (os.getpid(), find_home())
    return _opened.setdefault(key, Store(key[1]))


def find_home(file: Path | None = None) -> Home:
    """Give the home of a project file, else of the project around the working folder.

    That is the nearest folder, upward, with a project file or a `.sweepflow`; where
    there is none, the working folder.

    Raises:
        ProjectError: The project's file is not valid.
        StoreError: The path of its home leads nowhere.
    """
    if home := Home.named():
        return home
    if file is not None:
        return _home_of(file)
    from sweepflow.project.find import NAMES, working_directory

    start = working_directory()
    for folder in (start, *start.parents):
        for name in NAMES:
            if os.path.lexists(folder / name):
                return _home_of(folder / name)
        if (folder / ".sweepflow").is_dir():
            return Home.of(folder)
    return Home.of(start)


def _home_of(file: Path) -> Home:
    from sweepflow.project import load

    project = load(file)
    return Home.of(project.root, project.store)
