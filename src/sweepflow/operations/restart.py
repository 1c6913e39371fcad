"""A run that goes on: what is known of it and of the runs in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweepflow.engine.recovery import settle
from sweepflow.errors import PlanError
from sweepflow.operations.expand.known import source_names
from sweepflow.operations.flags.references import resolve
from sweepflow.operations.flags.values import format_value
from sweepflow.store.records import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.project.operations.models import Operation
    from sweepflow.store.records import Json, Run
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Previous:
    """A run as it was left, with the runs of its steps, or the trials of a batch."""

    run: Run
    _children: Mapping[str, Previous] = field(default_factory=dict[str, "Previous"])

    @classmethod
    def load(cls, store: Store, run_id: str) -> Previous:
        """Give what there is of a run that is to go on.

        Runs whose driver died are completed first.

        Raises:
            SweepflowError: There is no such run, it is none of an operation, it was
                removed, or it has not ended.
        """
        settle(store)
        run = store.reader.get(run_id)
        if run.deleted_at is not None:
            raise PlanError(
                f"run {run.id} was removed",
                hint=f"bring it back with 'sweepflow runs restore {run.id}'",
            )
        if run.kind != "operation":
            raise PlanError(
                f"run {run.id} is of a {run.kind}, and only operations are restarted",
                hint=f"run {run.name} again: what is done is kept",
            )
        return cls._of(store, run)

    @classmethod
    def _of(cls, store: Store, run: Run) -> Previous:
        if run.status == "running":
            raise PlanError(
                f"run {run.id} has not ended",
                hint=f"wait for it, or end it with 'sweepflow runs stop {run.id}'",
            )
        children = store.reader.children(run.id)
        return cls(run, {c.step: cls._of(store, c) for c in children if c.step})

    def words(self, operation: Operation, said: Sequence[str]) -> list[str]:
        """Give its flags, and what it required, as one would write them.

        Args:
            operation: What it is a run of.
            said: What a user writes now. What is named there wins, by whichever name.
        """
        # A flag without a value needs no word where that is its default; as a word, a
        # flag that takes any text would read it as one.
        flags = operation.flags
        words = [
            f"{name}={format_value(value)}"
            for name, value in self.run.params.items()
            if value is not None or (name in flags and flags[name].default is not None)
        ]
        names = {word.partition("=")[0] for word in said}
        required: dict[str, list[Json]] = {}
        for one in self.run.facts.get("requirements", ()):
            required.setdefault(one["uri"], []).append(one)
        for requirement in operation.requires:
            records = required.get(str(resolve(requirement.uri, self.run.params)))
            record: Json = records.pop(0) if records else {}
            source = record.get("run") or record.get("given")
            known = source_names(requirement)
            if source and names.isdisjoint(known):
                words.append(f"{known[0]}={source}")
        return words

    def child(self, step: str) -> Previous | None:
        """Give the run of a step, or of a trial by its number, if there was one."""
        return self._children.get(step)

    def has_values(self, values: Mapping[str, object]) -> bool:
        """Whether its flags had these values."""
        return canonical_json(dict(self.run.params)) == canonical_json(dict(values))
