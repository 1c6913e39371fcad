"""The files of a run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from sweepflow.analysis.run_info import RunInfo


class Artifacts:
    """What has a folder of artifacts."""

    info: RunInfo

    def path(self, relative_path: str | Path = "") -> Path:
        """Give a path in the folder of the artifacts, whether or not it is there."""
        return self.info.run_dir / "artifacts" / relative_path

    def iterdir(self, relative_dir: str | Path = "") -> Iterator[Path]:
        """Give what is in a folder of the artifacts, sorted; nothing without one."""
        folder = self.path(relative_dir)
        return iter(sorted(folder.iterdir()) if folder.is_dir() else ())

    def glob(self, pattern: str, relative_dir: str | Path = "") -> Iterator[Path]:
        """Give the artifacts that match a pattern, sorted."""
        return iter(sorted(self.path(relative_dir).glob(pattern)))

    @contextlib.contextmanager
    def chdir(self, relative_dir: str | Path = "") -> Generator[Path]:
        """Work in a folder of the artifacts, and come back at the end.

        Raises:
            OSError: There is no such folder.
        """
        folder = self.path(relative_dir)
        with contextlib.chdir(folder):
            yield folder
