"""Which project and which store this process is at work in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sweepflow.store.home import Home
from sweepflow.store.store import Store, store_in_use

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.project import Project

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

    Raises:
        ProjectError: The project's file is not valid.
        StoreError: The path of its home leads nowhere.
    """
    if home := Home.named():
        return home
    from sweepflow.project.find import GUILD_FILE, NAMES, project_folder

    if file is None:
        folder = project_folder()
        files = (folder / name for name in NAMES)
        file = next((path for path in files if os.path.lexists(path)), None)
        if file is None or file.name == GUILD_FILE:  # which says nothing of a home
            return Home.of(folder)
    from sweepflow.project import load

    return home_of(load(file))


def home_of(project: Project) -> Home:
    """Give the home of a project; one that SWEEPFLOW_HOME names comes first.

    Raises:
        StoreError: A path leads nowhere.
    """
    return Home.named() or Home.of(
        project.root, project.store, project.ledger, project.objects
    )
