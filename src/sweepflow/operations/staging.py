"""Runs that are recorded before they are started: staged, and the queue of them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.engine.provenance import observe
from sweepflow.engine.task import AtomRef, Group, StepCall
from sweepflow.operations.parents import Parent
from sweepflow.operations.running import RunConfig
from sweepflow.operations.upstream import STAGED
from sweepflow.store.records import Run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sweepflow.engine.task import Task
    from sweepflow.operations.running.config import Need
    from sweepflow.store.records import Json
    from sweepflow.store.store import Store


def stage(
    tasks: Sequence[Task], store: Store, folder: Path, parent: str | None = None
) -> Sequence[Run]:
    """Record the runs of tasks as staged; what these runs hold is not.

    What they require of runs that are there is settled now, whatever else is run until
    they start.

    Args:
        tasks: Of operations.
        store: Where they are recorded.
        folder: That of the project.
        parent: The run that they belong to.
    """
    groups = [task.action for task in tasks if isinstance(task.action, Group)]
    inner = {member for group in groups for member in group.members}
    provenance = observe(folder, store.ledger, None)
    plan_id = secrets.token_hex(8)
    staged: list[Run] = []
    for task in tasks:
        if task.key in inner:
            continue
        run = Run(
            id=task.info.run_id or secrets.token_hex(8),
            plan_id=plan_id,
            kind="operation",
            name=task.info.name,
            task=task.key,
            command=task.action.display(),
            cwd=task.action.cwd,
            provenance=provenance,
            started_at=time.time(),
            params=task.params,
            parent=parent,
            step=task.info.step if parent else None,
            label=task.info.label,
            tags=task.info.tags,
            status=STAGED,
            attempts=0,
            facts={**task.info.facts, "requirements": _settled(task)},
        )
        store.ledger.start(run, _inputs(task))
        staged.append(run)
    return staged


@dataclass(slots=True)
class StagedTrials:
    """The folder of a batch whose trials are staged when it is run.

    Args:
        tasks: Those of the trials.
        store: Where they are recorded.
        project: The folder of the project.
    """

    tasks: Sequence[Task]
    store: Store
    project: Path

    def begin(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        stage(self.tasks, self.store, self.project, parent=folder.name)

    def join(self, folder: Path, member: str, origin: str) -> None:
        """Nothing runs in it."""

    def facts(self) -> dict[str, Json]:
        return {}


def queued(store: Store) -> Sequence[Run]:
    """Give the staged runs, the first one first."""
    if not store.home.has_ledger():
        return []
    return list(reversed(store.reader.runs(status=STAGED, kind="operation")))


def _settled(task: Task) -> list[dict[str, Json]]:
    """Give what the run requires, and where it is to come from."""
    return [need.told(task.info.origins.get(need.name)) for need in _needs(task)]


def _needs(task: Task) -> Sequence[Need]:
    if isinstance(task.action, StepCall):
        return RunConfig.from_json(task.action.config).requirements
    host = task.action.host if isinstance(task.action, Group) else None
    place = host.place if isinstance(host, Parent) else None
    return place.required.needs if place else ()


def _inputs(task: Task) -> dict[str, str]:
    refs = task.inputs.items()
    return {name: ref.atom.id for name, ref in refs if isinstance(ref, AtomRef)}
