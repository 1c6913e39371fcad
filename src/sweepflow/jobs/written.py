"""A parameter set of a job as it is written, with the places of its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.jobs.parameters import key_of, placed
from sweepflow.sweep import Sweep, SweepSyntaxError

if TYPE_CHECKING:
    from sweepflow.errors import Place
    from sweepflow.project import Job, ParameterSet, Project


@dataclass(frozen=True)
class WrittenSet:
    """A parameter set, and where its texts stand.

    Args:
        number: Its place among the sets of the job.
        overridden: Keys whose values the command line says.
    """

    project: Project
    job: Job
    number: int
    item: ParameterSet
    overridden: frozenset[str]

    def added(self) -> Sweep:
        """Give what the job adds, and what the set does, which wins."""
        sweep = Sweep([])
        for text, path in reversed(self._texts[-2:]):
            with placed(self.project, text, *path):
                sweep = sweep.replaced_by(Sweep.parse(text))
        return sweep

    def expanded(self, sweep: Sweep, limit: int) -> list[list[str]]:
        """Give the batches of one of its sweeps, each of single values.

        Raises:
            ProjectError, SweepSyntaxError: A value has several values in it (`|`), or
                there are too many.
        """
        try:
            batches = sweep.expand(limit)
            sweep.collect(limit)  # which takes no pipe
        except SweepSyntaxError as error:
            if error.text[error.column : error.column + 1] == "|":
                error = SweepSyntaxError(
                    "'|' has no meaning here, where every combination is a run of its "
                    "own",
                    error.text,
                    error.column,
                    "write a comma",
                )
            for text, path in self._texts:
                if text == error.text:
                    with placed(self.project, text, *path):
                        raise error from None
            raise error from None
        return list(batches)

    def where(self, word: str) -> Place | None:
        """Give the place of a word, or None where the command line says it."""
        key = key_of(word)
        if key in self.overridden:
            return None
        pattern = re.compile(rf"(?<![\w.]){re.escape(key)}(?=[/=\s]|$)")
        *own, (text, path) = self._texts
        for own_text, own_path in reversed(own):
            if found := pattern.search(own_text):
                return self.project.place(*own_path, offset=found.start())
        found = pattern.search(text)
        return self.project.place(*path, offset=found.start() if found else None)

    @property
    def path(self) -> tuple[str | int, ...]:
        """What leads to it in the file."""
        return ("jobs", self.job.name, "sets", self.number)

    @property
    def _texts(self) -> list[tuple[str, tuple[str | int, ...]]]:
        own = self.path
        return [
            (self.item.each, (*own, "each")),
            (self.item.search, (*own, "search")),
            (self.item.all, (*own, "all")),
            (self.item.add, (*own, "add")),
            (self.job.add, ("jobs", self.job.name, "add")),
        ]
