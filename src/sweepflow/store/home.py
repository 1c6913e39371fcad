"""Where a project keeps its state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sweepflow.errors import StoreError

_HINT = "name another folder in SWEEPFLOW_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder with a project's ledger and the folders of its runs."""

    root: Path

    @classmethod
    def of(cls, project: Path, store: Path | None = None) -> Home:
        """Give the home of a project.

        Args:
            project: The folder of the project's file.
            store: What the file says under `store`, if it does.

        Raises:
            StoreError: Its path leads nowhere.
        """
        return cls.named() or cls._at(store or project / ".sweepflow")

    @classmethod
    def named(cls) -> Home | None:
        """Give the home that SWEEPFLOW_HOME names, if it does.

        Raises:
            StoreError: Its path leads nowhere.
        """
        name = os.environ.get("SWEEPFLOW_HOME")
        return cls._at(Path(name)) if name else None

    @classmethod
    def _at(cls, path: Path) -> Home:
        try:
            return cls(path.expanduser().resolve())
        except (OSError, RuntimeError) as error:  # no such user, links in a circle
            reason = error.strerror if isinstance(error, OSError) else error
            raise StoreError(f"{path} is no folder: {reason}", hint=_HINT) from None

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.db"

    def attempt(self, run_id: str, number: int = 1) -> Path:
        """Give the folder of an attempt at a run; they count from 1."""
        return self.root / "runs" / run_id / "attempts" / str(number)

    def prepare(self) -> None:
        """Make the folder, one that git leaves alone.

        Raises:
            StoreError: It cannot be made.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            ignore = self.root / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", "utf-8")
        except OSError as error:
            raise StoreError(
                f"cannot write to {self.root}: {error.strerror}",
                hint=_HINT,
            ) from None
