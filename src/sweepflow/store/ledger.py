"""The ledger: what ran, from what, making what, and who is at it now.

One database, shared by any number of processes. A run that has a fingerprint is started
by whoever gets the lease on it, and its end counts only while that lease stands: so
nothing is done twice at a time, and who was given up for dead cannot come back with a
second result. An end is durable once the call returns; a start need not outlive a power
cut, which the run does not outlive either.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from sweepflow.errors import StoreError
from sweepflow.store import migrations
from sweepflow.store.catalog import Catalog
from sweepflow.store.curator import Curator
from sweepflow.store.database import Database
from sweepflow.store.reader import Reader
from sweepflow.store.records import Claim, Hit, Lease, Run, sha256
from sweepflow.store.rows import (
    atom_of,
    atom_row,
    ending_row,
    hits_of,
    lease_row,
    leases_of,
    link_rows,
    run_row,
    scalar_row,
    storable,
    tag_rows,
    to_json,
)
from sweepflow.store.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from sweepflow.store.database import Transaction
    from sweepflow.store.records import AtomRecord, Ending, Json, Reuse


class Ledger(Reader):
    """The runs of one project.

    Text that is no valid Unicode is kept with escapes for what is not.

    Args:
        address: The path of an SQLite database, or the URL of one of PostgreSQL; its
            tables are made, or brought up to date, where that is needed.
        read_only: Leave everything as it is, for a place that cannot be written.

    Raises:
        StoreError: It cannot be read or written, is damaged, or was made by a newer
            Sweepflow. So do all methods.
    """

    def __init__(self, address: Path | str, *, read_only: bool = False) -> None:
        super().__init__(Database(address, read_only=read_only))
        with ExitStack() as undo:
            undo.callback(self.close)
            look = migrations.check if read_only else migrations.prepare
            look(self._database)
            undo.pop_all()
        self._sql = Statements(self._database)
        self._known_texts: set[str] = set()

    @property
    def catalog(self) -> Catalog:
        """What was made, and from what."""
        return Catalog(self._database)

    @property
    def curator(self) -> Curator:
        """What users change of the runs."""
        return Curator(self._database)

    def close(self) -> None:
        self._database.close()

    def start(
        self, run: Run, inputs: Mapping[str, str] | None = None, *, again: bool = False
    ) -> None:
        """Record that a run starts, with its inputs' atom ids; see `begin`."""
        claim = Claim(run, inputs or {}, parts={}, texts={})
        self.begin([claim], again=again)

    def begin(self, claims: Sequence[Claim], *, again: bool = False) -> None:
        """Start runs without a lease: any number may be at the same work.

        Args:
            claims: With a fingerprint or without.
            again: Whether a run that is there already starts anew under its id. What is
                recorded of it is replaced but for its label, tags and mark, unless the
                claim has others.

        Raises:
            StoreError: An id is taken; with `again`, by a run that runs now. Nothing is
                recorded then.
        """
        with self._database.writing(durable=False) as transaction:
            keys = self._database.keys([claim.run.id for claim in claims])
            present = {
                row[0]: row for row in transaction.read(self._sql.present, keys=keys)
            }
            for run_id, status, *_ in present.values():
                if status == "running" or not again:
                    raise StoreError(
                        f"there is a run {run_id} already"
                        + (", and it is running" if again else ""),
                        hint="wait until it has ended" if again else "give another id",
                    )
            self._remove(transaction, list(present))
            kept = [_with_notes(claim, present.get(claim.run.id)) for claim in claims]
            self._start(transaction, kept)
        for claim in claims:
            self._known_texts.update(claim.texts)

    def hits(self, fingerprints: Collection[str]) -> Mapping[str, Hit]:
        """Give what may be taken instead of doing work again, by fingerprint.

        That is of the newest completed and kept run of each.
        """
        keys = self._database.keys(fingerprints)
        return hits_of(self._database.fetch(self._sql.hits, keys=keys))

    def acquire(
        self, claims: Sequence[Claim], *, fresh: bool = False
    ) -> Mapping[str, Hit | Lease | None]:
        """Start runs, unless others do the same work or have done it.

        Args:
            claims: With a fingerprint each.
            fresh: Start even what was done already.

        Returns:
            By run id: the lease of the run that is at the same work; or what such a
            run made; or None, where the run was started and holds the lease now.
        """
        answers: dict[str, Hit | Lease | None] = {}
        pending = sorted(claims, key=lambda claim: _fingerprint(claim.run))
        # More than once only if a lease that was in the way has gone meanwhile.
        while pending:
            with self._database.writing(durable=False) as transaction:
                found = self._acquire(transaction, pending, fresh=fresh)
            answers |= found
            for claim in pending:
                if found.get(claim.run.id, claim) is None:
                    self._known_texts.update(claim.texts)
            pending = [claim for claim in pending if claim.run.id not in found]
        return answers

    def leases(self, fingerprints: Collection[str]) -> Mapping[str, Lease]:
        """Give the leases on pieces of work, where there are any."""
        keys = self._database.keys(fingerprints)
        return leases_of(self._database.fetch(self._sql.leases, keys=keys))

    def beat(self, driver: str, at: float) -> None:
        """Say that a driver lived at a time, on all leases of its runs."""
        with self._database.writing(durable=False) as transaction:
            row = {"driver": storable(driver), "at": at}
            transaction.write(self._sql.beat, [row])

    def commit(
        self, endings: Sequence[Ending] = (), reused: Sequence[Reuse] = ()
    ) -> frozenset[str]:
        """Record how runs ended and what they made, all together or not at all.

        Args:
            endings: Of runs that were started. Each ends once, and only while it holds
                its lease if it was started by `acquire`.
            reused: Runs that took the outputs of others, none of them recorded yet.

        Returns:
            The ids of the runs that had ended already or lost their lease: somebody
            took over. If there are any, nothing is recorded, since the others may have
            been built upon them.
        """
        asked = {ending.run_id: ending for ending in endings}
        if not (asked or reused):
            return frozenset()
        with self._database.writing() as transaction:
            keys = self._database.keys(asked)
            found = transaction.read(self._sql.endable, keys=keys) if asked else ()
            allowed = {
                run_id for run_id, status, may in found if status == "running" and may
            }
            fenced = frozenset(asked) - allowed
            if not fenced:
                self._end(transaction, endings)
                self._reuse(transaction, reused)
        return fenced

    def add_atom(self, atom: AtomRecord) -> AtomRecord:
        """Record an atom that no run made; give the one that is there, if one is."""
        with self._database.writing() as transaction:
            self._add_atoms(transaction, [atom])
            [row] = transaction.read(self._sql.atom, id=storable(atom.id))
        return atom_of(row)

    def text(self, text: str) -> str:
        """Store a text unless it is there, and give its digest."""
        digest = sha256(text)
        with self._database.writing(durable=False) as transaction:
            self._add_texts(transaction, {digest: text})
        self._known_texts.add(digest)
        return digest

    def forget(self, run_ids: Collection[str]) -> None:
        """Let go of what runs made, and others took from them.

        Nobody takes it any more, and it may be removed.
        """
        rows = [{"run_id": run_id, "kept": False} for run_id in sorted(run_ids)]
        with self._database.writing() as transaction:
            transaction.write(self._sql.forget, rows)

    def _acquire(
        self, transaction: Transaction, claims: Sequence[Claim], *, fresh: bool
    ) -> dict[str, Hit | Lease | None]:
        """Answer the claims, sorted by fingerprint, that can be answered now."""
        transaction.write(self._sql.take_lease, [lease_row(c.run) for c in claims])
        keys = [_fingerprint(claim.run) for claim in claims]
        leases = leases_of(
            transaction.read(self._sql.leases, keys=self._database.keys(keys))
        )
        answers: dict[str, Hit | Lease | None] = {}
        mine: list[Claim] = []
        for claim, key in zip(claims, keys, strict=True):
            lease = leases.get(key)
            if lease and lease.run_id == claim.run.id:
                mine.append(claim)
            elif lease:
                answers[claim.run.id] = lease
        # Only now: who held the lease before has left what it made.
        hits: Mapping[str, Hit] = {}
        if mine and not fresh:
            hits = self._hits_among(transaction, mine)
        for claim in mine:
            answers[claim.run.id] = hits.get(_fingerprint(claim.run))
        back = sorted(c.run.id for c in mine if answers[c.run.id] is not None)
        transaction.write(self._sql.drop_lease, [{"run_id": key} for key in back])
        started = [claim for claim in mine if answers[claim.run.id] is None]
        self._start(transaction, started, leased=True)
        return answers

    def _hits_among(
        self, transaction: Transaction, claims: Sequence[Claim]
    ) -> Mapping[str, Hit]:
        keys = self._database.keys([_fingerprint(claim.run) for claim in claims])
        return hits_of(transaction.read(self._sql.hits, keys=keys))

    def _remove(self, transaction: Transaction, run_ids: Sequence[str]) -> None:
        for statement in self._sql.remove:
            transaction.write(statement, [{"run_id": run_id} for run_id in run_ids])

    def _start(
        self,
        transaction: Transaction,
        claims: Sequence[Claim],
        *,
        leased: bool = False,
    ) -> None:
        rows = [run_row(claim.run, leased=leased) for claim in claims]
        transaction.write(self._sql.add_run, rows)
        links = (link_rows(claim.run.id, claim.inputs) for claim in claims)
        transaction.write(self._sql.add_input, list(chain.from_iterable(links)))
        parts = [
            {"fingerprint": claim.run.fingerprint, "parts": to_json(claim.parts)}
            for claim in claims
            if claim.run.fingerprint is not None
        ]
        transaction.write(self._sql.add_parts, parts)
        texts: dict[str, str] = {}
        for claim in claims:
            texts.update(claim.texts)
        self._add_texts(transaction, texts)

    def _end(self, transaction: Transaction, endings: Sequence[Ending]) -> None:
        transaction.write(self._sql.end_run, [ending_row(e) for e in endings])
        leases = [{"run_id": ending.run_id} for ending in endings]
        transaction.write(self._sql.drop_lease, leases)
        made = chain.from_iterable(ending.outputs.values() for ending in endings)
        self._add_atoms(transaction, made)
        links = [
            link_rows(e.run_id, {name: atom.id for name, atom in e.outputs.items()})
            for e in endings
        ]
        transaction.write(self._sql.add_output, list(chain.from_iterable(links)))
        scalars = [
            scalar_row(ending.run_id, position, scalar)
            for ending in endings
            for position, scalar in enumerate(ending.scalars)
        ]
        transaction.write(self._sql.add_scalar, scalars)
        self._add_facts(transaction, {e.run_id: e.facts for e in endings if e.facts})

    def _add_facts(
        self, transaction: Transaction, facts: Mapping[str, Mapping[str, Json]]
    ) -> None:
        if not facts:
            return
        keys = self._database.keys(facts)
        rows = [
            {"run_id": run_id, "facts": to_json(json.loads(known) | {**facts[run_id]})}
            for run_id, known in transaction.read(self._sql.facts, keys=keys)
        ]
        transaction.write(self._sql.tell, rows)

    def _reuse(self, transaction: Transaction, reused: Sequence[Reuse]) -> None:
        transaction.write(self._sql.add_run, [run_row(reuse.run) for reuse in reused])
        taken = [link_rows(reuse.run.id, reuse.inputs) for reuse in reused]
        transaction.write(self._sql.add_input, list(chain.from_iterable(taken)))
        given = [link_rows(reuse.run.id, reuse.outputs) for reuse in reused]
        transaction.write(self._sql.add_output, list(chain.from_iterable(given)))
        keys = self._database.keys([reuse.run.id for reuse in reused])
        transaction.write(self._sql.take_scalars, [{"keys": keys}])

    def _add_atoms(self, transaction: Transaction, atoms: Iterable[AtomRecord]) -> None:
        unique = {atom.id: atom for atom in atoms}
        ordered = [unique[atom_id] for atom_id in sorted(unique)]
        transaction.write(self._sql.add_atom, [atom_row(atom) for atom in ordered])
        tags = chain.from_iterable(tag_rows(atom) for atom in ordered)
        transaction.write(self._sql.add_tag, list(tags))

    def _add_texts(self, transaction: Transaction, texts: Mapping[str, str]) -> None:
        rows = [
            {"digest": digest, "body": texts[digest].encode("utf-8", "surrogatepass")}
            for digest in sorted(texts.keys() - self._known_texts)
        ]
        transaction.write(self._sql.add_text, rows)


def _fingerprint(run: Run) -> str:
    if run.fingerprint is None:
        raise ValueError(f"run {run.id} has no fingerprint to claim")
    return run.fingerprint


def _with_notes(claim: Claim, known: Sequence[Any] | None) -> Claim:
    """Give a claim with what its run's user noted on it, unless it has other notes."""
    if known is None:
        return claim
    _, _, label, tags, marked = known
    run = replace(
        claim.run,
        label=claim.run.label or label,
        tags=claim.run.tags or tuple(json.loads(tags)),
        marked=claim.run.marked or bool(marked),
    )
    return replace(claim, run=run)
