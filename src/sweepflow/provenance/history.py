"""A run, and all the runs and atoms that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.provenance.code import code_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.provenance.code import Part
    from sweepflow.store.catalog import Catalog
    from sweepflow.store.records import AtomRecord, Run


@dataclass(frozen=True, slots=True)
class Step:
    """A run that did its work, with what it took and made.

    Args:
        name: The task's key; numbered where runs of several plans share one.
        sources: For an input that another step made: that step's run id, and the name
            of the output.
        code: The parts of its code, by name, as far as they are known.
        installed: All that was installed, `name==version` a line, if it is known.
    """

    name: str
    run: Run
    inputs: Mapping[str, AtomRecord]
    outputs: Mapping[str, AtomRecord]
    sources: Mapping[str, tuple[str, str]]
    code: Mapping[str, Part]
    installed: str | None

    @property
    def ended_at(self) -> float:
        """Unix time in seconds."""
        if self.run.finished_at is None:
            raise StoreError(
                f"run {self.run.id} ({self.run.task}) has no recorded end",
                hint="wait until it has ended, or choose a run that has",
            )
        return self.run.finished_at


@dataclass(frozen=True, slots=True)
class History:
    """What a run came from.

    Args:
        asked: The run that was asked for; it may be a cached one.
        steps: Each behind those that made its inputs; the last one is the run that was
            asked for, or the one that it was cached from.
    """

    asked: Run
    steps: Sequence[Step]

    @property
    def last(self) -> Step:
        """The step whose outputs were asked for."""
        return self.steps[-1]

    def atoms(self) -> Mapping[str, AtomRecord]:
        """Give all that was taken or made, by id."""
        found = {
            atom.id: atom
            for step in self.steps
            for atom in (*step.inputs.values(), *step.outputs.values())
        }
        return dict(sorted(found.items()))

    def given(self) -> Mapping[str, AtomRecord]:
        """Give the atoms that came from outside, by id."""
        found = {
            atom.id: atom
            for step in self.steps
            for name, atom in step.inputs.items()
            if name not in step.sources
        }
        return dict(sorted(found.items()))


def trace(catalog: Catalog, run_id: str) -> History:
    """Follow a run back to all that it came from.

    An input came from the run of the same plan that made it, or took it from the
    cache; where there is none, from the first run that ever made it. It began before
    its reader; otherwise the reader had the input from outside. So nothing comes from
    itself, though a step may give out what it got.

    Raises:
        RunNotFoundError: It, or a run that it was cached from, is not recorded.
    """
    asked = catalog.run(run_id)
    origin = _origin(catalog, asked)
    runs = {origin.id: origin}
    inputs: dict[str, Mapping[str, AtomRecord]] = {}
    outputs: dict[str, Mapping[str, AtomRecord]] = {}
    makers: dict[str, dict[str, str]] = {}
    waiting = [origin]
    while waiting:
        run = waiting.pop()
        inputs[run.id] = catalog.inputs(run.id)
        outputs[run.id] = catalog.outputs(run.id)
        makers[run.id] = {}
        for name, atom in inputs[run.id].items():
            maker = _maker(catalog, run, name, atom)
            if maker is None:
                continue
            makers[run.id][name] = maker.id
            if maker.id not in runs:
                runs[maker.id] = maker
                waiting.append(maker)
    ordered = sorted(runs.values(), key=lambda run: (run.started_at, run.id))
    return History(
        asked,
        [
            Step(
                name=step,
                run=run,
                inputs=inputs[run.id],
                outputs=outputs[run.id],
                sources={
                    name: (maker, _output_name(outputs[maker], inputs[run.id], name))
                    for name, maker in makers[run.id].items()
                },
                code=_code(catalog, run),
                installed=_text(catalog, run.provenance.packages),
            )
            for step, run in zip(_step_names(ordered), ordered, strict=True)
        ],
    )


def _origin(catalog: Catalog, run: Run) -> Run:
    """Give the run that did the work."""
    while run.cached_from is not None:
        run = catalog.run(run.cached_from)
    return run


def _step_names(runs: Iterable[Run]) -> list[str]:
    """Give each run a name of its own: its task, and a number where that is taken."""
    seen: set[str] = set()
    names: list[str] = []
    for run in runs:
        names.append(
            next(
                name
                for number in count(1)
                if (name := run.task if number == 1 else f"{run.task} {number}")
                not in seen
            )
        )
        seen.add(names[-1])
    return names


def _maker(catalog: Catalog, run: Run, name: str, atom: AtomRecord) -> Run | None:
    """Give the run that an input of a run came from."""
    beside = catalog.maker_within(run.plan_id, atom.id, name)
    for maker in (beside, next(iter(catalog.makers(atom.id)), None)):
        if maker is not None and maker.started_at < run.started_at:
            return _origin(catalog, maker)
    return None


def _output_name(
    outputs: Mapping[str, AtomRecord], inputs: Mapping[str, AtomRecord], name: str
) -> str:
    """Give the name by which an input was made: its own, as a rule."""
    same = [output for output, made in outputs.items() if made.id == inputs[name].id]
    return name if name in same else same[0]


def _code(catalog: Catalog, run: Run) -> Mapping[str, Part]:
    parts = catalog.parts(run.fingerprint) if run.fingerprint else None
    return code_parts(parts or {}, catalog.text) or {}


def _text(catalog: Catalog, digest: str | None) -> str | None:
    return None if digest is None else catalog.text(digest)
