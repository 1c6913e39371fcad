"""Which file is the project's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sweepflow.errors import ProjectError

HYDRAFLOW_FILE: Final = "hydraflow.yaml"
GUILD_FILE: Final = "guild.yml"
NAMES: Final = ("sweepflow.yaml", HYDRAFLOW_FILE, GUILD_FILE)
"""The names looked for in each folder, the winner first."""

STATE_FOLDER: Final = ".sweepflow"


def working_directory() -> Path:
    """The working directory.

    Raises:
        ProjectError: It was deleted, or may not be seen.
    """
    try:
        return Path.cwd()
    except OSError as error:
        raise ProjectError(
            f"cannot tell the working directory: {error.strerror}",
            hint="change to a folder that exists",
        ) from None


def find(start: Path | None = None) -> Path:
    """The project file of the nearest folder, from `start` upward.

    Args:
        start: The folder to begin with; the working directory by default.

    Raises:
        ProjectError: No folder up to the root has one.
    """
    start = working_directory() / (start or "")
    if file := nearest(start):
        return file
    raise ProjectError(
        f"no {' or '.join(NAMES)} in {start} or any folder above it",
        hint=_near_miss(start)
        or f"write a {NAMES[0]}, change to the project's folder, or name a file "
        "with --file",
    )


def nearest(start: Path) -> Path | None:
    """The project file of the nearest folder, from `start` upward, if there is one."""
    # `lexists`: a link that leads nowhere is reported by whoever reads it; to pass
    # over it would run some other project's file.
    for folder in (start, *start.parents):
        for name in NAMES:
            if os.path.lexists(folder / name):
                return folder / name
    return None


def project_folder() -> Path:
    """The folder of the project around the working directory.

    That is the nearest one, upward, with a project file or the state of one; where
    there is none, the working directory.

    Raises:
        ProjectError: There is no working directory.
    """
    start = working_directory()
    for folder in (start, *start.parents):
        if any(os.path.lexists(folder / name) for name in (*NAMES, STATE_FOLDER)):
            return folder
    return start


def _near_miss(start: Path) -> str | None:
    """What to do about the other suffix, which its writer thinks is the right one."""
    for folder in (start, *start.parents):
        for name in NAMES:
            file = folder / name
            twin = file.with_suffix(".yaml" if file.suffix == ".yml" else ".yml")
            if twin.exists():
                return f"rename {twin} to {name}, or name it with --file"
    return None
