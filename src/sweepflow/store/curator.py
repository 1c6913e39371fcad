"""What users change of runs that are there: notes on them, and whether to keep them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, select, update

from sweepflow.errors import StoreError
from sweepflow.store import schema
from sweepflow.store.rows import storable, to_json

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.sql import ClauseElement

    from sweepflow.store.database import Database, Transaction

_runs = schema.runs.c


class Curator:
    """Changes runs, all of those that it is told or none.

    A run that is removed takes along what is part of it, is taken for nothing any more,
    and keeps all that it made until it is purged.

    Args:
        database: The ledger's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def label(self, run_ids: Collection[str], text: str) -> None:
        """Call runs something; an empty text is no label."""
        self._set(run_ids, label=storable(text))

    def mark(self, run_ids: Collection[str], *, marked: bool = True) -> None:
        """Mark runs, or take the mark off."""
        self._set(run_ids, marked=marked)

    def tag(
        self,
        run_ids: Collection[str],
        *,
        add: Collection[str] = (),
        remove: Collection[str] = (),
    ) -> None:
        """Add tags to runs, behind those that they have, and remove others."""
        query = select(_runs.id, _runs.tags).where(self._given(_runs.id))
        query = query.order_by(_runs.id).with_for_update()
        with self._database.writing() as transaction:
            rows: list[dict[str, Any]] = []
            for run_id, known in self._read(transaction, query, run_ids):
                tags = dict.fromkeys([*json.loads(known), *add])
                kept = [tag for tag in tags if tag not in remove]
                rows.append({"run_id": run_id, "tags": to_json(kept)})
            self._update(transaction, rows)

    def remove(self, run_ids: Collection[str], at: float) -> Sequence[str]:
        """Remove runs, and what is part of them; they can be restored.

        Args:
            run_ids: Of the runs.
            at: Unix time.

        Returns:
            The ids of all that was removed.

        Raises:
            StoreError: One of them runs.
        """
        with self._database.writing() as transaction:
            found = self._family(transaction, run_ids, _runs.deleted_at.is_(None))
            for run_id, status in found:
                if status == "running":
                    raise StoreError(
                        f"run {run_id} is running, and cannot be removed",
                        hint=f"stop it first: sweepflow runs stop {run_id}",
                    )
            ids = [run_id for run_id, _ in found]
            self._update(transaction, [{"run_id": i, "deleted_at": at} for i in ids])
        return ids

    def restore(self, run_ids: Collection[str]) -> Sequence[str]:
        """Bring removed runs back, with what was removed along with them.

        Returns:
            The ids of all that was brought back.
        """
        with self._database.writing() as transaction:
            ids = self._removed(transaction, run_ids)
            self._update(transaction, [{"run_id": i, "deleted_at": None} for i in ids])
        return ids

    def removed(self, run_ids: Collection[str]) -> Sequence[str]:
        """Give the ids of those of the runs that were removed, and what went along."""
        with self._database.writing(durable=False) as transaction:
            return self._removed(transaction, run_ids)

    def purge(self, run_ids: Collection[str]) -> None:
        """Let go of all that removed runs made; they cannot be restored any more.

        What they made may go with the next collection of garbage, unless another run
        has it, too. Who made what is still known.
        """
        table = schema.scalars
        scalars = delete(table).where(table.c.run_id == bindparam("run_id"))
        with self._database.writing() as transaction:
            ids = self._removed(transaction, run_ids)
            rows = [{"run_id": run_id} for run_id in ids]
            transaction.write(self._database.sql(scalars), rows)
            values = {"kept": False, "purged": True, "source": None, "facts": "{}"}
            self._update(transaction, [row | values for row in rows])

    def _removed(
        self, transaction: Transaction, run_ids: Collection[str]
    ) -> Sequence[str]:
        is_removed = and_(_runs.deleted_at.is_not(None), ~_runs.purged)
        return [row[0] for row in self._family(transaction, run_ids, is_removed)]

    def _family(
        self,
        transaction: Transaction,
        run_ids: Collection[str],
        condition: ColumnElement[bool],
    ) -> Sequence[tuple[str, str]]:
        """Give ids and status of those runs that are so, and of what is in them."""
        ids = select(_runs.id, _runs.deleted_at).where(self._given(_runs.id), condition)
        family = ids.cte("family", recursive=True)
        # What was removed earlier, or later, is no part of it any more.
        same = _runs.deleted_at.is_not_distinct_from(family.c.deleted_at)
        inner = select(_runs.id, _runs.deleted_at)
        inner = inner.join(family, _runs.parent == family.c.id).where(same)
        family = family.union(inner)
        query = select(_runs.id, _runs.status).where(_runs.id.in_(select(family.c.id)))
        query = query.order_by(_runs.id).with_for_update()
        return self._read(transaction, query, run_ids)

    def _set(self, run_ids: Collection[str], **values: object) -> None:
        with self._database.writing() as transaction:
            rows = [{"run_id": run_id} | values for run_id in sorted(run_ids)]
            self._update(transaction, rows)

    def _update(self, transaction: Transaction, rows: Sequence[dict[str, Any]]) -> None:
        """Set those columns of runs that the rows have, beside `run_id`."""
        if rows:
            names = rows[0].keys() - {"run_id"}
            statement = update(schema.runs).where(_runs.id == bindparam("run_id"))
            statement = statement.values({name: bindparam(name) for name in names})
            transaction.write(self._database.sql(statement), rows)

    def _read(
        self, transaction: Transaction, query: ClauseElement, run_ids: Collection[str]
    ) -> Sequence[Any]:
        keys = self._database.keys(run_ids)
        return transaction.read(self._database.sql(query), keys=keys)

    def _given(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        return column.in_(select(self._database.given().c.value))
