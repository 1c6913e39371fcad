"""A folder that is made once, whoever asks for it at the same time."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.operations.requirements.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Callable


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Give a folder, after `make` has filled it if it was not there yet.

    It appears by rename, so that half of it is never seen.
    """
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    except OSError as error:
        raise RequirementError(f"cannot write {folder.parent}: {error}") from None
    try:
        make(temporary)
        temporary.chmod(0o755)
        if not folder.is_dir():
            temporary.rename(folder)
    except OSError as error:
        if not folder.is_dir():  # another process may have been quicker
            raise RequirementError(f"cannot write {folder}: {error}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def file_digest(path: Path) -> str:
    """Give the SHA-256 digest of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_digest(path: Path, expected: str, what: str) -> None:
    """Say so if a file is not the one that a requirement names by its `sha256`."""
    if not expected:
        return
    if path.is_dir():
        raise RequirementError(
            f"{what} is a folder, which has no sha256", hint="leave out 'sha256'"
        )
    actual = file_digest(path)
    if actual != expected.lower():
        raise RequirementError(
            f"{what} has the sha256 {actual}, not {expected}",
            hint="is it the right file? If so, write its sha256 into the project file",
        )
