"""What git ignores."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MORE: Final = ".guildignore"
"""A file of further patterns, of the same kind."""

_COMMAND: Final = ("git", "ls-files", "-ioc", "--exclude-standard", "--directory", "-z")


def ignored(folder: Path) -> frozenset[str] | None:
    """Give the paths in a folder that git ignores, folders whole.

    Returns:
        None if git has nothing to say: it is not there, the folder is in no working
        tree, or is ignored as a whole.
    """
    try:
        result = subprocess.run(
            [*_COMMAND, *_more(folder)], cwd=folder, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    paths = os.fsdecode(result.stdout).split("\0")
    names = frozenset(path.rstrip("/") for path in paths if path)
    return None if "." in names else names


def _more(folder: Path) -> list[str]:
    try:
        lines = (folder / MORE).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    patterns = (line.strip() for line in lines)
    return [f"--exclude={text}" for text in patterns if text and text[0] != "#"]
