"""Why a run did its work, or did not have to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sweepflow.provenance.difference import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sweepflow.provenance.difference import Difference
    from sweepflow.store.catalog import Catalog
    from sweepflow.store.records import Json, Run


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a run was a hit, and what set it apart from the nearest earlier one.

    Args:
        run: The run.
        nearest: Of the runs of the same step that began before it, the one with the
            fewest differences, and of several the latest; for a hit the run that made
            its outputs. None where there is none.
        differences: Between that run and this one.
    """

    run: Run
    nearest: Run | None
    differences: Sequence[Difference] = ()

    @property
    def hit(self) -> bool:
        """Whether it took the outputs of an earlier run."""
        return self.run.cached_from is not None

    def to_text(self) -> str:
        """Say it in lines for people."""
        lines = [f"run {self.run.id} of {self.run.task}: {self._verdict()}"]
        for difference in self.differences:
            lines.append(f"  {difference}")
            lines += (f"    {line}" for line in difference.diff.splitlines())
        return "\n".join(lines)

    def to_json(self) -> dict[str, Json]:
        """Say it in JSON."""
        return {
            "run": self.run.id,
            "task": self.run.task,
            "hit": self.hit,
            "fingerprint": self.run.fingerprint,
            "nearest": self.nearest and self.nearest.id,
            "differences": [each.to_json() for each in self.differences],
        }

    def _verdict(self) -> str:
        if self.hit:
            return f"a hit, its outputs are those of run {self.run.cached_from}"
        if self.run.fingerprint is None:
            is_job = self.run.kind == "job"
            unused = "is taken from the cache for a job"
            unused = unused if is_job else "was to be taken from the cache"
            return (
                "a miss, since nothing is known that decides its result: nothing "
                f"{unused}"
            )
        if self.nearest is None:
            return "a miss, since no earlier run of this step was completed"
        if not self.differences:
            is_operation = self.run.kind == "operation"
            why = "run without --needed" if is_operation else "forced"
            return (
                f"a miss, though run {self.nearest.id} was the same: it was {why}, or "
                "the outputs of that run were cleared or damaged"
            )
        return f"a miss, since it differs from run {self.nearest.id}:"


def explain(catalog: Catalog, run_id: str) -> Explanation:
    """Tell whether a run was a hit, and what differs from the nearest earlier run.

    Args:
        catalog: What holds the run.
        run_id: Its id, or the beginning of it.

    Raises:
        RunNotFoundError: There is no such run, or more than one.
    """
    run = catalog.run(run_id)
    if run.cached_from is not None:
        return Explanation(run, catalog.run(run.cached_from))
    parts = _parts(catalog, run)
    if parts is None:
        return Explanation(run, None)
    nearest, fewest = Earlier(catalog, run).nearest(parts, catalog.text)
    if nearest is None:
        return Explanation(run, None)
    old, new = _atoms(catalog, nearest), _atoms(catalog, run)
    return Explanation(run, nearest, [_with_atoms(each, old, new) for each in fewest])


class Earlier:
    """The runs of a step that began before another one, to be compared with that.

    They are read once, however many runs of the step are compared with them.

    Args:
        catalog: What holds them.
        run: The run itself, which need not be there.
    """

    def __init__(self, catalog: Catalog, run: Run) -> None:
        runs = catalog.earlier(run)
        known = catalog.parts_of(each.fingerprint or "" for each in runs)
        parts = ((each, known.get(each.fingerprint or "")) for each in runs)
        self._runs = [(each, before) for each, before in parts if before is not None]
        self._code = catalog.texts({str(each.get("code")) for each in known.values()})

    def nearest(
        self, parts: Mapping[str, Json], text: Callable[[str], str | None]
    ) -> tuple[Run | None, Sequence[Difference]]:
        """Give the run with the fewest differences, of several the latest, and those.

        Args:
            parts: Of the fingerprint that differs.
            text: Gives the text of a digest.
        """
        nearest: Run | None = None
        fewest: Sequence[Difference] = ()
        for earlier, before in self._runs:
            differences = compare(before, parts, lambda d: self._code.get(d) or text(d))
            if nearest is None or len(differences) < len(fewest):
                nearest, fewest = earlier, differences
        return nearest, fewest


def _parts(catalog: Catalog, run: Run) -> Mapping[str, Json] | None:
    return None if run.fingerprint is None else catalog.parts(run.fingerprint)


def _atoms(catalog: Catalog, run: Run) -> Mapping[str, str]:
    return {name: atom.id for name, atom in catalog.inputs(run.id).items()}


def _with_atoms(
    difference: Difference, old: Mapping[str, str], new: Mapping[str, str]
) -> Difference:
    if difference.kind != "input":
        return difference
    name = difference.name
    return replace(difference, old_atom=old.get(name), new_atom=new.get(name))
