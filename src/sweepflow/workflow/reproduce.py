"""Running again what led to a run, to see whether the same comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sweepflow.engine.fingerprint import Fingerprint
from sweepflow.engine.plan import Plan
from sweepflow.engine.task import AtomRef, OutputRef
from sweepflow.errors import PlanError, SweepflowError
from sweepflow.project.find import project_folder, working_directory
from sweepflow.provenance.difference import compare
from sweepflow.provenance.history import trace
from sweepflow.store.objects import File
from sweepflow.workflow.identity import Identities
from sweepflow.workflow.plan import task_of
from sweepflow.workflow.recorded import step_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.engine.engine import Report
    from sweepflow.engine.task import Input, Task
    from sweepflow.provenance.difference import Difference
    from sweepflow.provenance.history import History, Step
    from sweepflow.store.objects import ObjectStore
    from sweepflow.store.records import AtomRecord, Json
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Comparison:
    """An atom that was made before, and what was made in its place.

    Args:
        step: That made it.
        output: Its name.
        before: The recorded atom.
        now: The new one; None where none was made.
        paths: Of a folder, up to ten of the files that are not the same.
    """

    step: str
    output: str
    before: AtomRecord
    now: AtomRecord | None
    paths: Sequence[str] = ()

    @property
    def verdict(self) -> Literal["equal", "differs", "not made"]:
        """Whether the bytes came out equal."""
        if self.now is None:
            return "not made"
        return "equal" if self.now.digest == self.before.digest else "differs"


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The plan that runs again what led to a run.

    Args:
        history: What is recorded of it.
        plan: A task for each step, from the same configs and the same first inputs.
        changes: What decides a step's result, and is not what it was then: its code,
            most likely. By the name of the step; only where there is something.
    """

    history: History
    plan: Plan
    changes: Mapping[str, Sequence[Difference]]

    @classmethod
    def of(cls, store: Store, run_id: str) -> Reproduction:
        """Plan to run again all that led to a run.

        Args:
            store: Where it is recorded.
            run_id: Its id, or how that begins.

        Raises:
            RunNotFoundError: There is no such run.
            PlanError: Something that it needs is not to be had; the message has all.
        """
        history = trace(store.catalog, run_id)
        problems = [*_lost_inputs(history, store)]
        tasks: list[Task] = []
        changes: dict[str, Sequence[Difference]] = {}
        names = {step.run.id: step.name for step in history.steps}
        for step in history.steps:
            try:
                parts = _parts(step, store)
                task = _task(step, parts, names)
            except SweepflowError as error:
                problems.append(f"{step.name} (run {step.run.id}): {error.message}")
                continue
            tasks.append(task)
            if found := _changes(step, parts, task, store):
                changes[step.name] = found
        if problems:
            what = "\n  ".join(problems)
            raise PlanError(f"run {history.asked.id} cannot be run again:\n  {what}")
        name = history.last.run.name
        user = history.last.run.provenance.user
        plan = Plan(name, tuple(tasks), "workflow", user)
        return cls(history, plan, changes)

    def let_go(self, report: Report, store: Store) -> None:
        """Let what a run of the plan made be removed by the next `atoms gc`."""
        runs = [result.run_id for result in report.results.values() if result.run_id]
        store.ledger.forget(runs)

    def compare(self, report: Report, objects: ObjectStore) -> list[Comparison]:
        """Compare what was made before with what a run of the plan made."""
        return [
            _compare(step.name, name, atom, report, objects)
            for step in self.history.steps
            for name, atom in step.outputs.items()
        ]


def _lost_inputs(history: History, store: Store) -> list[str]:
    return [
        f"the bytes of {atom.id}, which came from outside, are damaged or missing"
        for atom in history.given().values()
        if not store.objects.is_intact(atom.digest)
    ]


def _task(step: Step, parts: Mapping[str, Json], names: Mapping[str, str]) -> Task:
    root = project_folder()
    now, config = step_of(step, parts, root)
    inputs = {name: _input(step, name, names) for name in step.inputs}
    identities = Identities([now], root)
    return task_of(now, config, inputs, identities, str(working_directory()))


def _changes(
    step: Step, parts: Mapping[str, Json], task: Task, store: Store
) -> Sequence[Difference]:
    identity = task.identify()
    assert identity  # noqa: S101 - all steps have one
    texts, catalog = identity.code.texts, store.catalog
    contents = {name: atom.content for name, atom in step.inputs.items()}
    now = Fingerprint.of(task, identity, contents).parts
    return compare(parts, now, lambda digest: texts.get(digest) or catalog.text(digest))


def _parts(step: Step, store: Store) -> Mapping[str, Json]:
    run = step.run
    parts = store.catalog.parts(run.fingerprint) if run.fingerprint else None
    if run.kind != "workflow" or parts is None or "config_class" not in parts:
        raise PlanError(
            "what it would take to run it again was not recorded, as of jobs and of "
            "runs with --no-cache"
        )
    return parts


def _input(step: Step, name: str, names: Mapping[str, str]) -> Input:
    atom = step.inputs[name]
    if name not in step.sources:
        return AtomRef(atom)
    maker, output = step.sources[name]
    return OutputRef(output, atom.type, names[maker])


def _compare(
    step: str, name: str, before: AtomRecord, report: Report, objects: ObjectStore
) -> Comparison:
    now = report.results[step].outputs.get(name)
    paths: Sequence[str] = ()
    if now and now.digest != before.digest and not (now.filename or before.filename):
        paths = _different(before.digest, now.digest, objects)
    return Comparison(step, name, before, now, paths)


def _different(before: str, now: str, objects: ObjectStore) -> Sequence[str]:
    """Give some of the paths in two folders that do not hold the same."""
    if not objects.has(before):
        return ()
    old, new = (set(objects.entries(digest)) for digest in (before, now))
    return sorted({entry.path for entry in old ^ new if isinstance(entry, File)})[:10]
