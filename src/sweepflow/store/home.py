"""Where a project keeps its state."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sweepflow.errors import StoreError

ATTEMPTS = ".attempts"
"""The folder, in that of a run, which is ours."""

_HINT = "name another folder in SWEEPFLOW_HOME"


@dataclass(frozen=True, slots=True, init=False)
class Home:
    """The folder of a project's state, and where its ledger and its objects are.

    Args:
        root: The folder; the runs have theirs in it.
        ledger: The path of a database, or a URL; `ledger.db` in `root` if not given.
        objects: A folder, or a URL; `objects` in `root` if not given.
    """

    root: Path
    ledger: Path | str = field(repr=False)  # a URL may hold a password
    objects: Path | str = field(repr=False)

    def __init__(
        self,
        root: Path,
        ledger: Path | str | None = None,
        objects: Path | str | None = None,
    ) -> None:
        object.__setattr__(self, "root", root)
        object.__setattr__(self, "ledger", ledger or root / "ledger.db")
        object.__setattr__(self, "objects", objects or root / "objects")

    @classmethod
    def of(
        cls,
        project: Path,
        store: Path | None = None,
        ledger: Path | str | None = None,
        objects: Path | str | None = None,
    ) -> Home:
        """Give the home of a project.

        Args:
            project: The folder of the project's file.
            store: What the file says under `store`, if it does; SWEEPFLOW_HOME wins.
            ledger: Likewise; SWEEPFLOW_LEDGER wins.
            objects: Likewise; SWEEPFLOW_OBJECTS wins.

        Raises:
            StoreError: A path leads nowhere.
        """
        root = _named("SWEEPFLOW_HOME") or store or project / ".sweepflow"
        return cls._at(root, ledger, objects)

    @classmethod
    def named(cls) -> Home | None:
        """Give the home that SWEEPFLOW_HOME names, if it does.

        Raises:
            StoreError: A path leads nowhere.
        """
        root = _named("SWEEPFLOW_HOME")
        return cls._at(root) if root else None

    @classmethod
    def _at(
        cls,
        root: Path | str,
        ledger: Path | str | None = None,
        objects: Path | str | None = None,
    ) -> Home:
        ledger = _named("SWEEPFLOW_LEDGER") or ledger
        objects = _named("SWEEPFLOW_OBJECTS") or objects
        return cls(
            _resolved(Path(root)),
            _place(ledger) if ledger else None,
            _place(objects) if objects else None,
        )

    @property
    def workspace(self) -> Path:
        """The folder for what is being made; it may be removed when nothing runs."""
        return self.root / "tmp"

    def has_ledger(self) -> bool:
        """Say whether anything ran here yet, as far as can be told by a look."""
        return not isinstance(self.ledger, Path) or self.ledger.exists()

    def run(self, run_id: str) -> Path:
        """Give the folder of a run; an operation's command works there."""
        return self.root / "runs" / run_id

    def attempt(self, run_id: str, number: int = 1) -> Path:
        """Give the folder of an attempt at a run; they count from 1."""
        return self.run(run_id) / ATTEMPTS / str(number)

    def last_attempt(self, run_id: str) -> int:
        """Give the number of the latest attempt at a run; 1 if there is none."""
        names = (entry.name for entry in _entries(self.run(run_id) / ATTEMPTS))
        return max((int(name) for name in names if name.isdecimal()), default=1)

    def prepare(self) -> None:
        """Make the folder, one that git leaves alone, and that of the ledger.

        Raises:
            StoreError: One cannot be made.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            ignore = self.root / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", "utf-8")
            if isinstance(self.ledger, Path):
                self.ledger.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"cannot write to {error.filename}: {error.strerror}",
                hint=_HINT,
            ) from None


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _named(variable: str) -> str | None:
    return os.environ.get(variable) or None


def _place(place: Path | str) -> Path | str:
    """Give a path as one, and a URL as it is."""
    if isinstance(place, str) and "://" in place:
        return place
    return _resolved(Path(place))


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError) as error:  # no such user, links in a circle
        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(f"{path} is no folder: {reason}", hint=_HINT) from None
