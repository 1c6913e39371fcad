"""The right to do work: runs are begun alone, or unless others do the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.store.records import Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.engine.groups import Groups
    from sweepflow.engine.job import Job
    from sweepflow.engine.rows import Rows
    from sweepflow.store.records import AtomRecord, Hit, Lease, Run
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Claims:
    """Begins the runs of one walk.

    Args:
        store: Where they are recorded.
        rows: Make what is recorded.
        groups: Know which run they belong to.
    """

    store: Store
    rows: Rows
    groups: Groups

    def begin(self, job: Job) -> None:
        """Begin a run, whoever else does the same."""
        again = job.task.info.attempts is not None
        if job.fingerprint:
            self.store.ledger.begin([self._claim(job)], again=again)
        else:
            self.store.ledger.start(self._row(job), ids_of(job.inputs), again=again)

    def acquire(self, jobs: Sequence[Job]) -> Iterable[tuple[Job, Hit | Lease | None]]:
        """Begin runs unless others do the same work, or have done it.

        Returns:
            For each, who does it or what came of it; None where the run was begun.
        """
        claims = {job.fresh: list[Claim]() for job in jobs}
        for job in jobs:
            claims[job.fresh].append(self._claim(job))
        answers: dict[str, Hit | Lease | None] = {}
        for fresh, chosen in claims.items():
            answers |= self.store.ledger.acquire(chosen, fresh=fresh)
        return [(job, answers[job.run_id]) for job in jobs]

    def _claim(self, job: Job) -> Claim:
        assert job.fingerprint  # noqa: S101 - else there is nothing to claim
        assert job.identity  # noqa: S101 - which that is made of
        run, texts = self._row(job), job.identity.code.texts
        return Claim(run, ids_of(job.inputs), job.fingerprint.parts, texts)

    def _row(self, job: Job) -> Run:
        return self.rows.begin(job, self.groups.run_of(job.task))


def ids_of(atoms: Mapping[str, AtomRecord]) -> dict[str, str]:
    """Give the ids of atoms, by name."""
    return {name: atom.id for name, atom in atoms.items()}
