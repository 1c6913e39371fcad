"""The folder of a run that holds those of its steps, or the trials of a batch."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweepflow.engine.task import Made
from sweepflow.errors import SweepflowError
from sweepflow.operations.requirements import link_name
from sweepflow.operations.running.needs import Needs
from sweepflow.operations.upstream import latest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.operations.required import Required
    from sweepflow.project.operations.book import Operations
    from sweepflow.store.records import Json
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Placing:
    """Puts what an operation with steps requires itself into the folder of its run.

    Args:
        required: What that is.
        operations: Those of the project.
        store: Has the runs that are required.
        flags: Values that go into configuration files.
        again: Whether the run was started before.
    """

    required: Required
    operations: Operations
    store: Store
    flags: Mapping[str, Json]
    again: bool

    def __call__(self, folder: Path) -> Mapping[str, Json]:
        """Do so, and give what is to be recorded of it.

        Raises:
            SweepflowError: It cannot be had, or cannot be put there.
        """
        root = self.operations.root
        found = {
            name: latest(self.store, self.required.operations[name], str(root))
            for name, given in self.required.inputs.items()
            if isinstance(given, Made)
        }
        origins = {n: run.cached_from or run.id for n, run in found.items() if run}
        needs = Needs(
            tuple(self.required.needs),
            root,
            self.store,
            {**self.required.origins, **origins},
            self.flags,
        )
        requirements = needs.place(folder, again=self.again)
        every = (one["placed"] for one in requirements)
        return {
            "requirements": requirements,
            "inputs": [placed["path"] for several in every for placed in several],
        }


class FolderError(SweepflowError):
    """The folder of a run cannot be written."""


@dataclass(slots=True)
class Parent:
    """Makes the folder: a link to each run in it, and what it requires itself.

    Args:
        names: What the links are called, by the keys of the tasks.
        place: Puts what the operation requires into the folder, and gives what is to be
            recorded of it.
        done: The names of links that are there already.
    """

    names: Mapping[str, str]
    place: Placing | None = None
    done: tuple[str, ...] = ()
    _placed: Mapping[str, Json] = field(default_factory=dict[str, "Json"])

    def begin(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from None
        if self.place:
            self._placed = self.place(folder)

    def join(self, folder: Path, member: str, origin: str) -> None:
        link = folder / link_name(self.names[member])
        try:
            if link.is_symlink():
                link.unlink()
            link.symlink_to(os.path.join("..", origin))  # noqa: PTH118 - it is relative
        except OSError as error:
            raise _unwritable(link, error) from None

    def facts(self) -> dict[str, Json]:
        links = map(link_name, (*self.done, *self.names.values()))
        inputs = [*self._placed.get("inputs", ()), *links]
        return {**self._placed, "inputs": inputs}


def _unwritable(path: Path, error: OSError) -> FolderError:
    return FolderError(
        f"cannot write {path}: {error.strerror}",
        hint="make room, or name another folder in SWEEPFLOW_HOME",
    )
