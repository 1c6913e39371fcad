"""From an operation and what a user wrote to the tree of what is to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.errors import PlanError, SweepflowError
from sweepflow.operations.expand.catalog import Catalog
from sweepflow.operations.expand.forced import forced
from sweepflow.operations.expand.known import with_sequence
from sweepflow.operations.expand.link import Written
from sweepflow.operations.expand.problems import Problems
from sweepflow.operations.expand.said import Said
from sweepflow.operations.expand.wanted import Wanted
from sweepflow.operations.flags.assignments import read_assignments
from sweepflow.operations.flags.trials import plan_trials
from sweepflow.operations.flags.values import format_value
from sweepflow.operations.planned import Asked, Planned, PlannedStep
from sweepflow.sweep import DEFAULT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.errors import Place
    from sweepflow.operations.expand.known import Known
    from sweepflow.operations.expand.link import Link
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.flags import Flag
    from sweepflow.project.operations.models import Operation
    from sweepflow.project.operations.steps import StepEntry

_NOTHING = Asked((), is_batch=False)


def expand(  # noqa: PLR0913 -- what a user may say, each by its name
    operations: Operations,
    operation: Operation,
    words: Sequence[str],
    *,
    folder: Path,
    force_flags: bool = False,
    batch_files: Sequence[str] = (),
    trials: Sequence[Sequence[str]] = (),
    place: Place | None = None,
    max_trials: int | None = None,
    random_seed: int | None = None,
    limit: int = DEFAULT_LIMIT,
    label: str | None = None,
    tags: Sequence[str] = (),
) -> Asked:
    """Give the runs that are meant, each with the runs of its steps.

    Args:
        operations: Where steps are looked for.
        operation: What is to run.
        words: `NAME=VALUE`, for flags and for what it requires, as a shell split them.
        folder: What the user's paths are relative to; those of steps are relative to
            the project.
        force_flags: Whether flags may be what they otherwise may not, or unknown.
        batch_files: Files with values for flags, a trial each; `words` win over them.
        trials: Words like these, a trial each, in the place of files.
        place: Where all that is written, if in a file.
        max_trials: How many trials of a batch are drawn, if it has more.
        random_seed: What decides which.
        limit: Runs to allow, those of steps too.
        label: Of the runs, and of their steps that have none; else the operation's.
        tags: Likewise, but besides the operation's.

    Raises:
        PlanError: Something is wrong with the words, or with steps in the file. All of
            it is told, each with its place.
    """
    problems = Problems()
    catalog = Catalog(operations, problems)
    tree = _Tree(operations, catalog, problems, limit)
    catalog.check(operation)
    known = catalog.known(operation)
    asked = _NOTHING
    if known is not None:
        try:
            values = read_assignments(words, list(known.readable.values()))
            wanted = Wanted(
                operation,
                known,
                known.named(values),
                _rows(trials, known) or catalog.rows(batch_files, known, folder),
                folder=folder,
                force=force_flags,
                most=max_trials,
                seed=random_seed,
                label=None if label is None else Said(label),
                tags=tuple(map(Said, tags)),
                place=place,
            )
            asked = tree.runs(wanted)
        except SweepflowError as error:
            problems.add(error, place)
    problems.finish()
    notes = tuple(dict.fromkeys((*catalog.notes, *tree.notes)))
    return Asked(asked.trials, asked.is_batch, notes)


def _rows(trials: Sequence[Sequence[str]], known: Known) -> list[dict[str, Value]]:
    flags = list(known.readable.values())
    return [known.named(read_assignments(words, flags)) for words in trials]


class _Tree:
    """Grows from what is wanted; what is wrong goes to the problems.

    A run or a step that something is wrong with is left out or not whole: the problems
    are to be told before the tree is used.

    Attributes:
        notes: What has no effect, as often as it was met.
    """

    def __init__(
        self, operations: Operations, catalog: Catalog, problems: Problems, limit: int
    ) -> None:
        self._operations = operations
        self._catalog = catalog
        self._problems = problems
        self._limit = limit
        self._count = 0
        self.notes: list[str] = []

    def runs(self, wanted: Wanted) -> Asked:
        """Give the runs that are wanted.

        Raises:
            PlanError: They are too many.
        """
        try:
            flags = self._flags(wanted)
            trials = plan_trials(
                flags,
                wanted.values,
                wanted.folder,
                self._limit,
                rows=wanted.rows,
                most=wanted.most,
                seed=wanted.seed,
            )
        except SweepflowError as error:
            self._problems.add(error, wanted.place, wanted.about)
            return _NOTHING
        if wanted.most is not None and not trials.batch:
            note = "max-trials has no effect: no flag has several values"
            self.notes.append(f"{wanted.about}{note}")
        self._count += len(trials.values)
        if self._count > self._limit:
            raise PlanError(
                f"with their steps these are more than {self._limit:,} runs"
            )
        runs = tuple(self._run(wanted, flags, settled) for settled in trials.values)
        return Asked(runs, trials.batch)

    def _flags(self, wanted: Wanted) -> list[Flag]:
        """Give what gets values: flags, names of requirements, what is forced.

        Raises:
            SweepflowError: Two names are for the same requirement.
        """
        values, rows = wanted.values, wanted.rows
        names = {name for row in rows for name in row}
        flags = wanted.known.settling({*values, *names})
        for index, flag in enumerate(flags):
            name = flag.name
            if name not in values and not all(name in row for row in rows):
                try:
                    flags[index] = with_sequence(flag)
                except PlanError as error:
                    place = self._operations.place(wanted.operation, "flags", name)
                    self._problems.add(error, place, f"{wanted.about}{name}=")
                    nothing = {"default": None, "required": False}
                    flags[index] = flag.model_copy(update=nothing)
        if wanted.force:
            return forced(flags, [{**row, **values} for row in rows], wanted.folder)
        return flags

    def _run(
        self, wanted: Wanted, flags: Sequence[Flag], settled: Mapping[str, Value]
    ) -> Planned:
        operation, known = wanted.operation, wanted.known
        at = self._operations.place
        own = tuple(flag for flag in flags if not known.is_source(flag.name))
        values = {flag.name: settled[flag.name] for flag in own}
        label = wanted.label or Said(operation.label, at(operation, "label"))
        tags = [*wanted.tags]
        tags += (Said(tag, at(operation, "tags")) for tag in operation.tags)
        filled = [self._filled(tag, values, wanted.place) for tag in tags]
        return Planned(
            operation,
            own,
            known.destination,
            values,
            known.sources(settled),
            self._filled(label, values, wanted.place),
            tuple(dict.fromkeys(filled)),
            tuple(
                self._step(wanted, link, values)
                for link in self._catalog.links(operation)
            ),
        )

    def _step(
        self, parent: Wanted, link: Link, scope: Mapping[str, Value]
    ) -> PlannedStep:
        """Give a step of a run that has the values of the scope."""
        runs = _NOTHING
        values = self._values(parent.operation, link, scope)
        if values is not None:
            runs = self.runs(parent.step(link, values, scope, self._operations))
        entry = self._entry(link, scope)
        return PlannedStep(link.name, entry, link.operation, runs.trials, runs.is_batch)

    def _values(
        self, parent: Operation, link: Link, scope: Mapping[str, Value]
    ) -> dict[str, Value] | None:
        """Give what a step gives for flags; None where something is wrong with it.

        What is null leaves a flag as it is without the step.
        """
        written = dict(link.given)
        for name, flag in link.overriding(scope).items():
            place = self._operations.place(parent, "flags", flag)
            written[name] = Written(scope[flag], place, link.known.flag(name))
        given: dict[str, Value] = {}
        is_whole = True
        for name, one in written.items():
            try:
                value = one.filled(scope)
            except PlanError as error:
                about = f"{link.about}{name}={format_value(one.value)}: "
                self._problems.add(error, one.place, about)
                is_whole = False
            else:
                if value is not None:
                    given[name] = value
        return given if is_whole else None

    def _entry(self, link: Link, scope: Mapping[str, Value]) -> StepEntry:
        """Give what a step says besides, its references filled in."""
        entry = link.entry
        texts = {"gpus": entry.gpus, "batch_label": entry.batch_label}
        update: dict[str, object] = {
            name: self._filled(Said(text), scope, link.place)
            for name, text in texts.items()
        }
        update["batch_tags"] = tuple(
            self._filled(Said(tag), scope, link.place) for tag in entry.batch_tags
        )
        return entry.model_copy(update=update)

    def _filled(
        self, said: Said, values: Mapping[str, Value], place: Place | None
    ) -> str:
        try:
            return said.filled(values)
        except PlanError as error:
            self._problems.add(error, said.place or place, f"{said.text!r}: ")
            return said.text
