"""What a run requires: which of it other runs make, and which those are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sweepflow.engine.task import Made
from sweepflow.operations.expand.known import source_names
from sweepflow.operations.flags.command import as_argument
from sweepflow.operations.flags.references import resolve
from sweepflow.operations.requirements import RequirementError
from sweepflow.operations.running.config import Need
from sweepflow.operations.upstream import latest, meant, named, take
from sweepflow.project.find import working_directory
from sweepflow.store.records import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from sweepflow.engine.task import Input
    from sweepflow.operations.flags.model import Value
    from sweepflow.operations.planned import Planned
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.requirements import Requirement
    from sweepflow.store.store import Store

Maker: TypeAlias = "str | Run"
"""The key of a task, or a run that is there already."""


@dataclass(slots=True)
class Scope:
    """The runs of earlier steps, which those of later ones may require."""

    above: Scope | None = None
    _made: list[tuple[str, Maker]] = field(default_factory=list["tuple[str, Maker]"])

    def add(self, operation: Operation, makers: Sequence[Maker]) -> None:
        """Let later steps see what a step makes, its last trial first."""
        self._made += ((operation.full_name, maker) for maker in makers)

    def makers(self, operations: Collection[str]) -> list[Maker]:
        """Give what makes the files of one of the operations, the latest first."""
        own = [maker for name, maker in reversed(self._made) if name in operations]
        return own + (self.above.makers(operations) if self.above else [])


@dataclass(slots=True)
class Required:
    """What one run requires.

    Args:
        needs: All of it, with the references to flags filled in.
        operations: The names of those that are meant, by the names of needs.
        inputs: What comes from other runs.
        origins: Those of them that are there already, by name.
        depends_on: See `Taken.depends_on`.
    """

    needs: list[Need] = field(default_factory=list["Need"])
    operations: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    inputs: dict[str, Input] = field(default_factory=dict[str, "Input"])
    origins: dict[str, str] = field(default_factory=dict[str, str])
    depends_on: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds what runs require.

    Args:
        operations: Those of the project.
        store: Has the runs that there are already.
        make: Plans the run of an operation that is required, and gives the key of its
            task; None where that is not asked for.
        staged: Whether runs that have not started will do, since what is planned does
            not start either.
    """

    operations: Operations
    store: Store
    make: Callable[[Operation], str] | None = None
    staged: bool = False

    def of(self, planned: Planned, scope: Scope, *, isolated: bool) -> Required:
        """Give what a run requires.

        Args:
            planned: The run.
            scope: The earlier steps.
            isolated: Whether only these count, and what a user names.

        Raises:
            SweepflowError: A run or a file that is required is not there.
        """
        required = Required()
        for requirement in planned.operation.requires:
            filled = _filled(requirement, planned.values)
            name = _unique(filled.flags[0], [need.name for need in required.needs])
            given = next(
                (
                    planned.given[name]
                    for name in source_names(requirement)
                    if name in planned.given
                ),
                None,
            )
            path = None
            if filled.kind == "operation":
                names = self._names(filled.source, planned)
                maker = self._maker(filled, given, names, _Sight(scope, isolated))
                self._take(required, filled, name, maker)
                required.operations[name] = names
            elif given is not None:
                path = _existing(given, self.operations.root)
            required.needs.append(Need.of(filled, name, path))
        return required

    def _take(
        self,
        required: Required,
        wanted: Requirement,
        name: str,
        maker: Run | tuple[str, ...] | None,
    ) -> None:
        if isinstance(maker, Run):
            taken = take(self.store, maker, wanted, name)
            required.inputs.update(taken.inputs)
            required.origins[name] = taken.run_id
            required.depends_on.update(taken.depends_on)
        elif maker is not None:
            required.inputs[name] = Made(maker, partial(meant, wanted=wanted))

    def _maker(
        self, wanted: Requirement, given: str | None, names: list[str], sight: _Sight
    ) -> Run | tuple[str, ...] | None:
        """Give the run that is taken from, or the keys of the tasks of which one is."""
        if given is not None:
            return named(self.store, wanted.source, given, staged=self.staged)
        makers = sight.scope.makers(names)
        if makers and isinstance(makers[0], Run):
            return makers[0]
        if makers:
            return tuple(maker for maker in makers if isinstance(maker, str))
        if self.make and len(names) == 1:
            return (self.make(self.operations.all[names[0]]),)
        root = str(self.operations.root)
        run = (
            None
            if sight.isolated
            else latest(self.store, names, root, staged=self.staged)
        )
        if run is None and not wanted.optional:
            name = names[0] if len(names) == 1 else wanted.source
            raise _nothing(wanted, name, isolated=sight.isolated)
        return run

    def _names(self, source: str, planned: Planned) -> list[str]:
        """Give the full names of the operations that are meant: one, or a pattern's.

        Raises:
            RequirementError: It is no name, and no pattern.
        """
        found = self.operations.find(source, model=planned.operation.model)
        if found:
            return [found.full_name]
        try:
            regex = re.compile(source)
        except re.error:
            raise RequirementError(
                f"there is no operation {source!r}, and it is no pattern of names",
                hint="write the name of one, or a regular expression for several",
            ) from None
        return [name for name in self.operations.all if regex.fullmatch(name)]


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a run may require: earlier steps, and other runs unless it is isolated."""

    scope: Scope
    isolated: bool


def _nothing(wanted: Requirement, name: str, *, isolated: bool) -> RequirementError:
    hint = f"make one with 'sweepflow run {name}', or add --with-deps"
    if isolated:
        hint = (
            f"put {name} among the steps before, name a run with '{name}=ID', "
            "or write isolate-runs: no"
        )
    return RequirementError(
        f"no suitable run for {wanted.source}", hint=wanted.help or hint
    )


def _existing(given: str, root: Path) -> str:
    """Give the path that a user names, from the working directory or the project.

    Raises:
        RequirementError: There is nothing.
    """
    for folder in (working_directory(), root):
        if (folder / given).exists():
            return str(folder / given)
    raise RequirementError(
        f"cannot find {given}", hint=f"it is sought here and in {root}"
    )


def _filled(requirement: Requirement, values: Mapping[str, Value]) -> Requirement:
    """Give a requirement with what its references to flags stand for in their place."""
    told = {name: getattr(requirement, name) for name in requirement.model_fields_set}
    filled = {name: _fill(value, values) for name, value in told.items()}
    return requirement.model_copy(update=filled)


def _fill(value: Any, values: Mapping[str, Value]) -> Any:  # noqa: ANN401 - of a model
    if isinstance(value, str):
        return as_argument(resolve(value, values))
    if isinstance(value, tuple):
        return tuple(_fill(item, values) for item in cast("tuple[Any, ...]", value))
    if isinstance(value, dict):
        return resolve(cast("dict[str, Value]", value), values)
    return value


def _unique(name: str, taken: Sequence[str]) -> str:
    """Give the name, with a number where several requirements have the same."""
    names = chain((name,), (f"{name}#{number}" for number in count(2)))
    return next(each for each in names if each not in taken)
