"""Running again what led to a run, to see whether the same comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sweepflow.engine.plan import Plan
from sweepflow.engine.task import AtomRef, OutputRef, StepCall, Task
from sweepflow.errors import PlanError
from sweepflow.project.find import project_folder, working_directory
from sweepflow.provenance.history import trace
from sweepflow.store.objects import File
from sweepflow.workflow.flat import unflatten
from sweepflow.workflow.importing import import_reference
from sweepflow.workflow.plan import is_async
from sweepflow.workflow.runner import RUNNER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.engine.engine import Report
    from sweepflow.engine.task import Input
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
    """

    history: History
    plan: Plan

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
        cwd = str(working_directory())
        names = {step.run.id: step.name for step in history.steps}
        for step in history.steps:
            try:
                tasks.append(_task(step, names, store, cwd))
            except PlanError as error:
                problems.append(error.message)
        if problems:
            what = "\n  ".join(problems)
            raise PlanError(f"run {history.asked.id} cannot be run again:\n  {what}")
        name = history.last.run.name
        user = history.last.run.provenance.user
        return cls(history, Plan(name, tuple(tasks), "workflow", user))

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


def _task(step: Step, names: Mapping[str, str], store: Store, cwd: str) -> Task:
    parts = _parts(step, store)
    ref = str(parts["action"])
    function = _found(step, ref)
    action = StepCall(
        ref=ref,
        runner=RUNNER,
        config=unflatten(step.run.params),
        config_class=parts["config_class"],
        outputs=parts["outputs"],
        cwd=cwd,
        is_async=is_async(function),
    )
    return Task(
        key=step.name,
        action=action,
        params=step.run.params,
        inputs={name: _input(step, name, names) for name in step.inputs},
        outputs=parts["outputs"],
    )


def _parts(step: Step, store: Store) -> Mapping[str, Json]:
    run = step.run
    parts = store.catalog.parts(run.fingerprint) if run.fingerprint else None
    if run.kind != "workflow" or parts is None or "config_class" not in parts:
        raise PlanError(
            f"{step.name} (run {run.id}): what it would take to run it again was not "
            "recorded, as of jobs and of runs with --no-cache"
        )
    return parts


def _found(step: Step, ref: str) -> object:
    try:
        return import_reference(ref, project_folder())
    except PlanError as error:
        raise PlanError(f"{step.name}: {error.message}") from None


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
