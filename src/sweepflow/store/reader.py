"""The ledger, read: runs, what is part of them, and the numbers that they gave."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, func, literal_column, or_, select

from sweepflow.store import schema
from sweepflow.store.catalog import the_one
from sweepflow.store.rows import (
    RUN_COLUMNS,
    SCALAR_COLUMNS,
    run_of,
    scalar_of,
    storable,
    to_json,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.sql import ClauseElement

    from sweepflow.store.database import Database
    from sweepflow.store.records import Run, ScalarRecord

_runs, _scalars = schema.runs.c, schema.scalars.c
_WITHOUT_FACTS = [
    literal_column("'{}'", Text) if column is _runs.facts else column
    for column in RUN_COLUMNS
]
_WITHOUT_POINTS = SCALAR_COLUMNS[:-1]


class Reader:
    """What the ledger knows of runs.

    Args:
        database: The ledger's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, prefix: str) -> Run:
        """Give the run whose id begins with `prefix`, be it removed.

        Raises:
            RunNotFoundError: None does, or more than one.
        """
        return run_of(the_one(self._database, RUN_COLUMNS, prefix))

    def runs(  # noqa: PLR0913 - each a filter
        self,
        *,
        name: str | None = None,
        task: str | None = None,
        kind: str | None = None,
        plan_id: str | None = None,
        status: str | None = None,
        statuses: Collection[str] = (),
        names: Collection[str] = (),
        job: str | None = None,
        called: Collection[str] = (),
        start: float | None = None,
        end: float | None = None,
        marked: bool = False,
        deleted: bool = False,
        facts: bool = True,
        limit: int | None = None,
    ) -> Sequence[Run]:
        """Give the runs, newest first.

        Args:
            name: Only of this job, workflow or operation.
            task: Only of this task.
            kind: Only of this kind.
            plan_id: Only of this plan.
            status: Only those of this status.
            statuses: Only those of one of these, if any are given.
            names: Only of one of these, if any are given; that of an operation need not
                say of which model it is.
            job: Only of this job, be its runs recorded under its own name or that of
                the operation or workflow that it is for.
            called: Only of one of these jobs, operations and workflows, if any are
                given; what `names` and `job` find.
            start: Only what began at this Unix time or later.
            end: Only what began before this Unix time.
            marked: Only marked ones.
            deleted: Those that were removed and can be restored, instead of all others.
            facts: Whether to read these too, which takes longest.
            limit: How many.
        """
        conditions = _equal(
            {"name": name, "task": task, "kind": kind, "plan_id": plan_id}
        )
        conditions += _equal({"status": status})
        if statuses:
            conditions.append(_runs.status.in_([storable(each) for each in statuses]))
        if names:
            conditions.append(_named(names))
        if job is not None:
            conditions.append(_of_job(job))
        if called:
            conditions.append(or_(_named(called), *map(_of_job, called)))
        if start is not None:
            conditions.append(_runs.started_at >= start)
        if end is not None:
            conditions.append(_runs.started_at < end)
        if marked:
            conditions.append(_runs.marked)
        if deleted:
            conditions += [_runs.deleted_at.is_not(None), ~_runs.purged]
        else:
            conditions.append(_runs.deleted_at.is_(None))
        query = select(*(RUN_COLUMNS if facts else _WITHOUT_FACTS)).where(*conditions)
        query = query.order_by(_runs.started_at.desc(), _runs.id).limit(limit)
        with self._database.reading() as connection:
            return [run_of(row) for row in connection.execute(query)]

    def children(self, *run_ids: str) -> Sequence[Run]:
        """Give the runs that are part of one of these, in the order they began.

        Those that were removed are not among them, unless their parent was, too.
        """
        parent = schema.runs.alias()
        query = (
            select(*RUN_COLUMNS)
            .join(parent, parent.c.id == _runs.parent)
            .where(_runs.parent.in_(select(self._database.given().c.value)))
            .where(_runs.deleted_at.is_(None) | parent.c.deleted_at.is_not(None))
            .order_by(_runs.started_at, _runs.id)
        )
        with self._database.reading() as connection:
            keys = {"keys": self._database.keys(run_ids)}
            return [run_of(row) for row in connection.execute(query, keys)]

    def facts_with(
        self, name: str, run_ids: Collection[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Give the facts of those of some runs that have a fact of this name."""
        query = select(_runs.id, _runs.facts).where(
            _runs.id.in_(select(self._database.given().c.value)),
            _runs.facts.contains(f'"{name}":', autoescape=True),
        )
        keys = {"keys": self._database.keys(run_ids)}
        with self._database.reading() as connection:
            rows = connection.execute(query, keys).all()
        return {run_id: json.loads(facts) for run_id, facts in rows}

    def scalars(
        self, run_ids: Collection[str], *, points: bool = False
    ) -> Mapping[str, Mapping[str, ScalarRecord]]:
        """Give the numbers that runs gave, by the ids of the runs and by their names.

        Args:
            run_ids: Of the runs; of a run without any, there is an empty mapping.
            points: Whether to read their single values, too.
        """
        query = (
            select(_scalars.run_id, *(SCALAR_COLUMNS if points else _WITHOUT_POINTS))
            .where(_scalars.run_id.in_(select(self._database.given().c.value)))
            .order_by(_scalars.run_id, _scalars.position)
        )
        found: dict[str, dict[str, ScalarRecord]] = {run_id: {} for run_id in run_ids}
        for run_id, *row in self._rows(query, run_ids):
            scalar = scalar_of(row)
            found[run_id][scalar.name] = scalar
        return found

    def last_values(
        self, run_ids: Collection[str]
    ) -> Mapping[str, Mapping[str, float]]:
        """Give the last value of each of these numbers alone, which is read faster."""
        query = select(_scalars.run_id, _scalars.name, _scalars.last).where(
            _scalars.run_id.in_(select(self._database.given().c.value))
        )
        found: dict[str, dict[str, float]] = {run_id: {} for run_id in run_ids}
        for run_id, name, last in self._rows(query, run_ids):
            found[run_id][name] = math.nan if last is None else last
        return found

    def input_ids(self, run_ids: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Give the ids of the atoms that runs got, by the runs' ids and by name."""
        return self._links(schema.inputs, run_ids)

    def output_ids(self, run_ids: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Likewise, of the atoms that they made or took."""
        return self._links(schema.outputs, run_ids)

    def _links(
        self, table: Table, run_ids: Collection[str]
    ) -> Mapping[str, Mapping[str, str]]:
        columns, wanted = table.c, self._database.given().c.value
        query = (
            select(columns.run_id, columns.name, columns.atom_id)
            .where(columns.run_id.in_(select(wanted)))
            .order_by(columns.run_id, columns.position)
        )
        found: dict[str, dict[str, str]] = {run_id: {} for run_id in run_ids}
        for run_id, name, atom_id in self._rows(query, run_ids):
            found[run_id][name] = atom_id
        return found

    def _rows(self, query: ClauseElement, run_ids: Collection[str]) -> Sequence[Any]:
        """Give what a query finds for runs, past SQLAlchemy: those are many."""
        keys = self._database.keys(run_ids)
        return self._database.fetch(self._database.sql(query), keys=keys)


def _equal(values: Mapping[str, str | None]) -> list[ColumnElement[bool]]:
    given = {name: value for name, value in values.items() if value is not None}
    return [_runs[name] == storable(value) for name, value in given.items()]


def _named(names: Collection[str]) -> ColumnElement[bool]:
    ends = (_runs.name.endswith(f":{storable(n)}", autoescape=True) for n in names)
    return or_(_runs.name.in_([storable(name) for name in names]), *ends)


def _of_job(name: str) -> ColumnElement[bool]:
    own = and_(_runs.kind == "job", _runs.name == storable(name))
    # The first of the facts, whatever follows; see `of_job`. PostgreSQL would refuse
    # to read these as JSON where one is no number.
    fact = to_json({"job": name}).removesuffix("}")
    return or_(own, func.substr(_runs.facts, 1, len(fact)) == fact)
