"""How an operation is to run: what a user, or the step of a file, says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.operations.expand.said import Said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.errors import Place
    from sweepflow.operations.expand.known import Known
    from sweepflow.operations.expand.link import Link
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation


@dataclass(frozen=True)
class Wanted:
    """An operation and what is said of its runs.

    Args:
        operation: What is to run.
        known: Its flags.
        values: Given for flags, by their names.
        rows: Trials, each with more values.
        folder: What paths in these are relative to.
        force: Whether flags may be what they otherwise may not.
        most: How many trials are drawn.
        seed: What decides which.
        label: Of the runs; None where nobody says one.
        tags: Besides those of the operation.
        place: Where all that is written, if in a file.
        about: What messages on it begin with.
    """

    operation: Operation
    known: Known
    values: Mapping[str, Value]
    rows: Sequence[Mapping[str, Value]]
    folder: Path
    force: bool
    most: int | None
    seed: int | None
    label: Said | None
    tags: tuple[Said, ...]
    place: Place | None = None
    about: str = ""

    def step(
        self,
        link: Link,
        values: Mapping[str, Value],
        scope: Mapping[str, Value],
        operations: Operations,
    ) -> Wanted:
        """Say how a step of a run is to run.

        A step has the label and the tags that were given to its parent, unless it says
        its own.

        Args:
            link: The step.
            values: What it gives for flags.
            scope: The values of the run.
            operations: Where it is written.
        """
        entry = link.entry

        def said(text: str, key: str) -> Said:
            place = operations.place(self.operation, "steps", link.index, key)
            return Said(text, place, scope)

        label = self.label.inside(scope) if self.label and self.label.text else None
        tags = tuple(tag.inside(scope) for tag in self.tags)
        own_tags = tuple(said(tag, "tags") for tag in entry.tags)
        return Wanted(
            link.operation,
            link.known,
            values,
            link.rows,
            folder=operations.root,
            force=entry.force_flags,
            most=entry.max_trials,
            seed=entry.random_seed,
            label=said(entry.label, "label") if entry.label else label,
            tags=own_tags or tags,
            place=link.place,
            about=link.about,
        )
