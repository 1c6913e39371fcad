"""Runs that are recorded before they are started: staged, and the queue of them."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from sweepflow.engine.provenance import observe
from sweepflow.engine.task import AtomRef, Group, StepCall
from sweepflow.operations.running import RunConfig
from sweepflow.store.records import Run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sweepflow.engine.plan import Plan
    from sweepflow.engine.task import Task
    from sweepflow.store.store import Store

STAGED = "staged"


def stage(plan: Plan, store: Store, folder: Path) -> Sequence[Run]:
    """Record the runs of a plan as staged; what they are made of is not.

    What they require of runs that are there is settled now, whatever else is run until
    they start.

    Args:
        plan: Of an operation.
        store: Where they are recorded.
        folder: That of the project.
    """
    groups = [t.action for t in plan.tasks if isinstance(t.action, Group)]
    inner = {member for group in groups for member in group.members}
    provenance = observe(folder, store.ledger, plan.user)
    plan_id = secrets.token_hex(8)
    staged: list[Run] = []
    for task in plan.tasks:
        if task.key in inner:
            continue
        run = Run(
            id=task.info.run_id or secrets.token_hex(8),
            plan_id=plan_id,
            kind=plan.kind,
            name=task.info.name or plan.name,
            task=task.key,
            command=task.action.display(),
            cwd=task.action.cwd,
            provenance=provenance,
            started_at=time.time(),
            params=task.params,
            label=task.info.label,
            tags=task.info.tags,
            status=STAGED,
            attempts=0,
            facts={**task.info.facts, "requirements": _settled(task)},
        )
        store.ledger.start(run, _inputs(task))
        staged.append(run)
    return staged


def queued(store: Store) -> Sequence[Run]:
    """Give the staged runs, the first one first."""
    if not store.home.has_ledger():
        return []
    return list(reversed(store.reader.runs(status=STAGED, kind="operation")))


def _settled(task: Task) -> list[dict[str, str | None]]:
    """Give what the run requires, and where it is to come from."""
    origins = task.info.origins
    if not isinstance(task.action, StepCall):
        uris = ((name, name.partition("#")[0]) for name in origins)
        return [{"name": n, "uri": uri, "run": origins[n]} for n, uri in uris]
    needs = RunConfig.from_json(task.action.config).requirements
    return [
        {"name": n.name, "uri": n.uri, "run": origins.get(n.name), "given": n.given}
        for n in needs
    ]


def _inputs(task: Task) -> dict[str, str]:
    refs = task.inputs.items()
    return {name: ref.atom.id for name, ref in refs if isinstance(ref, AtomRef)}
