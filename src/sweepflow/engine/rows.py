"""What the ledger is told of a run when it starts, or need not."""

from __future__ import annotations

import random
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.provenance import driver_of, observe
from sweepflow.store.records import Run

if TYPE_CHECKING:
    from sweepflow.engine.job import Job
    from sweepflow.engine.plan import Plan
    from sweepflow.store.ledger import Ledger


class Rows:
    """Makes the rows of one walk's runs.

    Args:
        plan: What is walked.
        ledger: Keeps what is common to all of them.
    """

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        self._plan = plan
        self._provenance = observe(Path(), ledger, plan.user)
        self._random = random.Random(secrets.randbits(128))  # noqa: S311 - ids are no secrets
        self._id = self._new_id()
        self.driver = driver_of(self._id)

    @property
    def user(self) -> str:
        """In whose name the outputs are kept."""
        return self._provenance.user

    def begin(
        self, job: Job, parent: str | None = None, cached_from: str | None = None
    ) -> Run:
        """Give a job a run of its own, or the one that goes on, and the row of that.

        Args:
            job: Gets the run's id.
            parent: The run of the group that it belongs to.
            cached_from: The run whose outputs it takes, if that is all it does.
        """
        info = job.task.info
        job.run_id, job.started_at = info.run_id or self._new_id(), time.time()
        return Run(
            id=job.run_id,
            plan_id=self._id,
            kind=self._plan.kind,
            name=info.name or self._plan.name,
            parent=parent or info.parent,
            step=info.step,
            label=info.label,
            tags=info.tags,
            facts=info.facts,
            source=job.identity and job.identity.snapshot,
            task=job.task.info.task or job.task.key,
            command=job.task.action.display(),
            params=job.task.params,
            cwd=job.task.action.cwd,
            provenance=self._provenance,
            started_at=job.started_at,
            driver=self.driver,
            fingerprint=job.fingerprint and job.fingerprint.digest,
            cached_from=cached_from,
            status="cached" if cached_from else "running",
            finished_at=job.started_at if cached_from else None,
        )

    def _new_id(self) -> str:
        return f"{self._random.getrandbits(64):016x}"
