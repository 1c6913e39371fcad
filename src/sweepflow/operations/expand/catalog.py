"""The flags and the steps of operations, each found once, with what is wrong there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sweepflow.errors import PlanError, SweepflowError
from sweepflow.operations.expand.batch_file import read_rows
from sweepflow.operations.expand.known import Known, plain, source_names
from sweepflow.operations.expand.link import Link, Written
from sweepflow.operations.flags.operation import flags_of
from sweepflow.operations.requirements.place import link_name
from sweepflow.project.find import GUILD_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.operations.expand.problems import Problems
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.steps import StepEntry

_DEEPEST: Final = 100
"""How many operations may be steps of one another."""

_TAKEN: Final = {".", "..", ".attempts"}
"""Names that no link in the folder of a run can have."""


class Catalog:
    """What the files of a project and its scripts say, whatever a user asks for.

    Attributes:
        notes: What could not be found out.
    """

    def __init__(self, operations: Operations, problems: Problems) -> None:
        self.operations = operations
        self.notes: list[str] = []
        self._problems = problems
        self._known: dict[str, Known | None] = {}
        self._links: dict[str, tuple[Link, ...]] = {}

    def known(self, operation: Operation) -> Known | None:
        """Give the flags of an operation; None where they cannot be found."""
        name = operation.full_name
        if name not in self._known:
            try:
                self._known[name] = self._found(operation)
            except SweepflowError as error:
                self._known[name] = None
                self._problems.add(error, self.operations.place(operation, "main"))
            self._check_scalars(operation)
        return self._known[name]

    def links(self, operation: Operation) -> tuple[Link, ...]:
        """Give the steps of an operation, but none that something is wrong with."""
        return self._links[operation.full_name]

    def check(self, operation: Operation, above: tuple[str, ...] = ()) -> None:
        """Find the steps of an operation, those of its steps, and so on.

        Raises:
            PlanError: They are nested too deeply.
        """
        trail = (*above, operation.full_name)
        if len(trail) > _DEEPEST:
            raise PlanError(f"steps are nested more than {_DEEPEST} deep")
        self._links[operation.full_name] = ()
        kept: list[Link] = []
        for link in self._all_links(operation):
            name = link.operation.full_name
            if name in trail:
                circle = " -> ".join((*trail[trail.index(name) :], name))
                self._problems.add(
                    PlanError(
                        f"steps go in a circle: {circle}",
                        hint="an operation cannot be a step of itself",
                    ),
                    link.place,
                )
                continue
            if name not in self._links:
                self.check(link.operation, trail)
            kept.append(link)
        self._links[operation.full_name] = tuple(kept)

    def rows(
        self, files: Sequence[str], known: Known, folder: Path
    ) -> list[dict[str, Value]]:
        """Give the trials of some files, seen from a folder.

        Without files it is one trial, which gives no values.

        Raises:
            SweepflowError: One cannot be read, or names a flag twice.
        """
        if not files:
            return [{}]
        paths = (folder / Path(file).expanduser() for file in files)
        return [known.named(row) for path in paths for row in read_rows(path, known)]

    def _found(self, operation: Operation) -> Known:
        root = self.operations.root
        inner = (operation.sourcecode.root, *operation.python_path)
        folders = dict.fromkeys([root, *(root / folder for folder in inner)])
        found = flags_of(operation, list(folders))
        self.notes += (f"{operation.full_name}: {note}" for note in found.notes)
        names = (source_names(requirement) for requirement in operation.requires)
        return Known(found.flags, found.destination, tuple(names))

    def _check_scalars(self, operation: Operation) -> None:
        from sweepflow.engine.scalars import compiled

        try:
            compiled(operation.output_scalars)
        except SweepflowError as error:
            place = self.operations.place(operation, "output-scalars")
            self._problems.add(error, place)

    def _all_links(self, parent: Operation) -> list[Link]:
        taken: set[str] = set()
        links: list[Link] = []
        for index, entry in enumerate(parent.steps):
            name = _free(link_name(entry.name or entry.operation), taken)
            taken.add(name)
            if link := self._link(parent, index, entry, name):
                links.append(link)
        return links

    def _link(
        self, parent: Operation, index: int, entry: StepEntry, name: str
    ) -> Link | None:
        place = self.operations.place(parent, "steps", index, "run")
        about = f"step {name!r}: "
        try:
            if name in _TAKEN:
                raise PlanError("has a name that no folder can have", hint="rename it")
            _refuse_search(entry)
            operation = self.operations.operation(entry.operation, model=parent.model)
            known = self.known(operation)
            if known is None:
                return None
            rows = self.rows(entry.batch_files, known, self.operations.root)
        except SweepflowError as error:
            self._problems.add(error, place, about)
            return None
        given = self._given(parent, index, entry, known, about)
        return Link(name, entry, operation, known, index, place, given, rows)

    def _given(
        self, parent: Operation, index: int, entry: StepEntry, known: Known, about: str
    ) -> dict[str, Written]:
        """The values that a step has for flags; those under `flags` win."""
        given: dict[str, Written] = {}
        place = self.operations.place(parent, "steps", index, "run")
        # In a guild.yml `layers=64,32` is a text, as it is for Guild.
        sweeps = self.operations.file.name != GUILD_FILE
        for name, text in entry.arguments:
            flag = known.flag(name)
            try:
                written = Written.of_text(text, place, flag, sweeps=sweeps)
            except PlanError as error:
                self._problems.add(error, place, f"{about}{name}=")
            else:
                given[known.name(name)] = written
        for name, value in entry.flags.items():
            flag = known.flag(name)
            place = self.operations.place(parent, "steps", index, "flags", name)
            written = Written(plain(value), place, flag, is_of_file=True)
            given[known.name(name)] = written
        return given


def _refuse_search(entry: StepEntry) -> None:
    said = {
        "optimizer": entry.optimizer,
        "optimize": entry.optimize,
        "minimize": entry.minimize,
        "maximize": entry.maximize,
        "opt-flags": entry.opt_flags,
    }
    for key, value in said.items():
        if value:
            raise PlanError(
                f"{key} asks for a search, which a step cannot be",
                hint="write the values to try, such as lr=[0.1,0.01], without it; "
                "or search the whole: `sweepflow run` takes ranges for flags of what "
                "has the steps",
            )


def _free(name: str, taken: set[str]) -> str:
    """Give the name, or the next one with a number that no other step has."""
    count, free = 1, name
    while free in taken:
        count += 1
        free = f"{name}_{count}"
    return free
