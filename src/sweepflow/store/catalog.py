"""The ledger, read: atoms, what made them, and what was made from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from sweepflow.errors import AtomNotFoundError, RunNotFoundError
from sweepflow.store import schema
from sweepflow.store.kept import Kept
from sweepflow.store.rows import (
    ATOM_COLUMNS,
    RUN_COLUMNS,
    atom_of,
    run_of,
    storable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Column, Select, Table

    from sweepflow.store.database import Database
    from sweepflow.store.records import AtomRecord, Json, Run

_LAST = "\U0010ffff"
"""Sorts behind all that begins with the same prefix."""

_runs, _atoms, _inputs, _outputs = (
    schema.runs,
    schema.atoms,
    schema.inputs,
    schema.outputs,
)

_STATUS = _runs.c.status.concat("")
"""Not what is indexed: SQLite would look at every completed run that there is."""


class Catalog(Kept):
    """What the ledger knows of atoms and of what runs were made from."""

    def run(self, prefix: str) -> Run:
        """Give the run whose id begins with `prefix`.

        Raises:
            RunNotFoundError: None does, or more than one.
        """
        return run_of(the_one(self._database, RUN_COLUMNS, prefix))

    def latest(self, task: str) -> Run | None:
        """Give the run of a task, in whichever plan, that began last."""
        is_there = _runs.c.deleted_at.is_(None)
        query = select(*RUN_COLUMNS).where(_runs.c.task == storable(task), is_there)
        query = query.order_by(_runs.c.started_at.desc()).limit(1)
        return next(iter(self._runs(query)), None)

    def atom(self, prefix: str) -> AtomRecord:
        """Give the atom whose id begins with `prefix`.

        Raises:
            AtomNotFoundError: None does, or more than one.
        """
        return atom_of(the_one(self._database, ATOM_COLUMNS, prefix))

    def atoms(
        self,
        *,
        type: str | None = None,  # noqa: A002 - the word that users know
        user: str | None = None,
        tag: str | None = None,
        limit: int | None = None,
    ) -> Sequence[AtomRecord]:
        """Give the atoms, newest first."""
        query = select(*ATOM_COLUMNS).order_by(_atoms.c.created_at.desc(), _atoms.c.id)
        if type is not None:
            query = query.where(_atoms.c.type == storable(type))
        if user is not None:
            query = query.where(_atoms.c.user == storable(user))
        if tag is not None:
            tags = schema.atom_tags.c
            query = query.join(schema.atom_tags, tags.atom_id == _atoms.c.id)
            query = query.where(tags.tag == storable(tag))
        with self._database.reading() as connection:
            return [atom_of(row) for row in connection.execute(query.limit(limit))]

    def makers(self, atom_id: str) -> Sequence[Run]:
        """Give the completed runs that made an atom, oldest first."""
        query = select(*RUN_COLUMNS).where(
            _runs.c.id.in_(_with_atom(_outputs, atom_id)), _STATUS == "completed"
        )
        return self._runs(query.order_by(_runs.c.started_at))

    def maker_within(self, plan_id: str, atom_id: str, name: str) -> Run | None:
        """Give the run of a plan that made or took an atom.

        Of several it is one whose output has the given name, and of these the first.
        """
        links = _outputs.c
        query = (
            select(*RUN_COLUMNS)
            .join(_outputs, links.run_id == _runs.c.id)
            .where(
                links.atom_id == storable(atom_id),
                _runs.c.plan_id == storable(plan_id),
                _STATUS.in_(("completed", "cached")),
            )
            .order_by((links.name != storable(name)), _runs.c.started_at)
        )
        return next(iter(self._runs(query.limit(1))), None)

    def readers(self, atom_id: str) -> Sequence[Run]:
        """Give the runs that got an atom and set to work, oldest first."""
        query = select(*RUN_COLUMNS).where(
            _runs.c.id.in_(_with_atom(_inputs, atom_id)), _STATUS != "cached"
        )
        return self._runs(query.order_by(_runs.c.started_at))

    def inputs(self, run_id: str) -> Mapping[str, AtomRecord]:
        """Give the atoms that a run got, by name, in the order given."""
        return self._links(_inputs, run_id)

    def outputs(self, run_id: str) -> Mapping[str, AtomRecord]:
        """Give the atoms that a run made or took, by name, in the order given."""
        return self._links(_outputs, run_id)

    def parts(self, fingerprint: str) -> Mapping[str, Json] | None:
        """Give what a fingerprint is the digest of, by name."""
        table = schema.fingerprints.c
        query = select(table.parts).where(table.fingerprint == storable(fingerprint))
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else json.loads(found)

    def parts_of(self, fingerprints: Iterable[str]) -> Mapping[str, Mapping[str, Json]]:
        """Give the same for several fingerprints, by these."""
        table = schema.fingerprints.c
        query = select(table.fingerprint, table.parts).where(
            table.fingerprint.in_([storable(each) for each in fingerprints])
        )
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return {fingerprint: json.loads(parts) for fingerprint, parts in found}

    def text(self, digest: str) -> str | None:
        """Give the text that has a digest."""
        table = schema.texts.c
        query = select(table.body).where(table.digest == storable(digest))
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else found.decode("utf-8", "surrogatepass")

    def texts(self, digests: Iterable[str]) -> Mapping[str, str]:
        """Give those of the texts that are there, by their digests."""
        table = schema.texts.c
        wanted = [storable(digest) for digest in digests]
        query = select(table.digest, table.body).where(table.digest.in_(wanted))
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return {digest: body.decode("utf-8", "surrogatepass") for digest, body in found}

    def earlier(self, run: Run, limit: int = 50) -> Sequence[Run]:
        """Give the runs of the same task, before `run`, that made or took something.

        They have fingerprints; of those that share one, the newest alone is given.
        The newest comes first.
        """
        is_earlier = (
            _runs.c.task == storable(run.task),
            _runs.c.name == storable(run.name),
            _runs.c.kind == storable(run.kind),
            _runs.c.started_at < run.started_at,
            _runs.c.fingerprint.is_not(None),
            _STATUS.in_(("completed", "cached")),
        )
        at = func.max(_runs.c.started_at).label("at")
        newest = (
            select(_runs.c.fingerprint, at)
            .where(*is_earlier)
            .group_by(_runs.c.fingerprint)
            .order_by(at.desc())
            .limit(limit)
            .subquery()
        )
        same = (_runs.c.fingerprint == newest.c.fingerprint) & (
            _runs.c.started_at == newest.c.at
        )
        query = select(*RUN_COLUMNS).join(newest, same).where(*is_earlier)
        return self._runs(query.order_by(_runs.c.started_at.desc(), _runs.c.id))

    def _runs(self, query: Select[tuple[object, ...]]) -> Sequence[Run]:
        with self._database.reading() as connection:
            return [run_of(row) for row in connection.execute(query)]

    def _links(self, table: Table, run_id: str) -> Mapping[str, AtomRecord]:
        query = (
            select(table.c.name, *ATOM_COLUMNS)
            .join(_atoms, _atoms.c.id == table.c.atom_id)
            .where(table.c.run_id == storable(run_id))
            .order_by(table.c.position)
        )
        with self._database.reading() as connection:
            return {name: atom_of(a) for name, *a in connection.execute(query)}


def _with_atom(table: Table, atom_id: str) -> Select[tuple[str]]:
    """Give the ids of the runs that have an atom as input or output."""
    return select(table.c.run_id).where(table.c.atom_id == storable(atom_id))


def the_one(
    database: Database, columns: Sequence[Column[Any]], prefix: str
) -> Sequence[Any]:
    """Give the row of `runs` or `atoms` whose id begins with `prefix`.

    Args:
        database: The ledger's.
        columns: Those of the table that are wanted, the id first.
        prefix: How the id begins.

    Raises:
        RunNotFoundError: It is no run, or more than one.
        AtomNotFoundError: Likewise.
    """
    start = storable(prefix)
    ids = columns[0]
    query = select(*columns).where(ids >= start, ids <= start + _LAST)
    with database.reading() as connection:
        rows = connection.execute(query.order_by(ids).limit(3)).all()
    exact = [row for row in rows if row[0] == start]
    if len(rows) == 1 or exact:
        return (exact or rows)[0]
    is_run = ids.table is schema.runs
    what, error = ("run", RunNotFoundError) if is_run else ("atom", AtomNotFoundError)
    if not rows:
        raise error(
            f"no {what} has the id {prefix!r}",
            hint=f"`sweepflow {what}s list` lists them",
        )
    raise error(
        f"more than one {what} has an id that begins with {prefix!r}: "
        + ", ".join(row[0] for row in rows),
        hint="write more of it",
    )
