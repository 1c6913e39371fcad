"""The ledger, read: what may be taken again, and what may not be removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, false, func, or_, select

from sweepflow.store import schema
from sweepflow.store.records import KnownResult
from sweepflow.store.rows import ATOM_COLUMNS, atom_of, storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import ColumnElement, Subquery, Table

    from sweepflow.store.database import Database
    from sweepflow.store.records import AtomRecord

PAGE = 1000
"""How many atoms are read at a time where all are asked for."""

_runs, _atoms, _inputs, _outputs = (
    schema.runs,
    schema.atoms,
    schema.inputs,
    schema.outputs,
)


class Kept:
    """What the ledger keeps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def results(
        self,
        *,
        workflow: str | None = None,
        step: str | None = None,
        before: float | None = None,
    ) -> Sequence[KnownResult]:
        """Give the results of steps that may be taken, newest first.

        Args:
            workflow: Only of this one.
            step: Only of steps of this name.
            before: Only what ended before this Unix time.
        """
        made = _links_size()
        used = (
            select(_runs.c.cached_from, func.count().label("uses"))
            .group_by(_runs.c.cached_from)
            .subquery()
        )
        query = (
            select(
                _runs.c.id,
                _runs.c.name,
                _runs.c.task,
                _runs.c.finished_at,
                _runs.c.finished_at - _runs.c.started_at,
                func.coalesce(made.c.bytes, 0),
                func.coalesce(used.c.uses, 0),
            )
            .join(made, made.c.run_id == _runs.c.id, isouter=True)
            .join(used, used.c.cached_from == _runs.c.id, isouter=True)
            .where(
                _runs.c.kind == "workflow",
                _runs.c.status == "completed",
                _runs.c.fingerprint.is_not(None),
                _runs.c.kept,
                _runs.c.deleted_at.is_(None),
            )
            .order_by(_runs.c.started_at.desc())
        )
        if workflow is not None:
            query = query.where(_runs.c.name == storable(workflow))
        if step is not None:
            query = query.where(_runs.c.task == storable(step))
        if before is not None:
            query = query.where(_runs.c.finished_at < before)
        with self._database.reading() as connection:
            return [KnownResult(*row) for row in connection.execute(query)]

    def kept_atoms(self, without: Collection[str] = ()) -> Iterator[AtomRecord]:
        """Give, in the order of their ids, the atoms that may not be removed.

        Those are the inputs and outputs of runs that are kept or run now, and those
        that no run made.

        Args:
            without: Ids of runs that count as if they were not kept any more, nor what
                was taken from them.
        """
        held = self._held()
        needed = or_(
            ~_linked(_outputs), _linked(_inputs, held), _linked(_outputs, held)
        )
        query = select(*ATOM_COLUMNS).where(needed).order_by(_atoms.c.id).limit(PAGE)
        given = {"keys": self._database.keys(without)}
        last = ""
        while True:
            with self._database.reading() as connection:
                page = connection.execute(query.where(_atoms.c.id > last), given).all()
            yield from map(atom_of, page)
            if len(page) < PAGE:
                return
            last = page[-1].id

    def kept_sources(self, without: Collection[str] = ()) -> Sequence[str]:
        """Give the digests of the sources of the runs that are kept or run now.

        Args:
            without: See `kept_atoms`.
        """
        query = select(_runs.c.source).distinct()
        query = query.where(_runs.c.source.is_not(None), self._held())
        given = {"keys": self._database.keys(without)}
        with self._database.reading() as connection:
            return connection.execute(query, given).scalars().all()

    def _held(self) -> ColumnElement[bool]:
        """Give the condition that a run is kept or runs, without those of `keys`."""
        keys = select(self._database.given().c.value)
        dropped = or_(_runs.c.id.in_(keys), _runs.c.cached_from.in_(keys))
        is_kept = _runs.c.kept & ~func.coalesce(dropped, false())
        return is_kept | (_runs.c.status == "running")


def _links_size() -> Subquery:
    """Give the size of what each run made."""
    query = select(
        _outputs.c.run_id, func.sum(_atoms.c.size).cast(BigInteger).label("bytes")
    )
    query = query.join(_atoms, _atoms.c.id == _outputs.c.atom_id)
    return query.group_by(_outputs.c.run_id).subquery()


def _linked(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition that an atom is an input or output of some such run."""
    query = select(1).where(table.c.atom_id == _atoms.c.id)
    if conditions:
        query = query.join(_runs, _runs.c.id == table.c.run_id).where(*conditions)
    return query.exists()
