"""What the ledger says to its database all the time, compiled once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    Text,
    bindparam,
    delete,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from sweepflow.store import schema
from sweepflow.store.rows import ATOM_COLUMNS

if TYPE_CHECKING:
    from sweepflow.store.database import Database

_runs, _leases, _atoms, _outputs = (
    schema.runs,
    schema.leases,
    schema.atoms,
    schema.outputs,
)
_COMPLETED = literal_column("'completed'", Text)
_ENDING = (
    *("status", "finished_at", "exit_code", "error"),
    *("cpu_seconds", "max_rss", "attempts"),
)


class Statements:
    """SQL, with parameters named as the columns, or `keys` for any number of keys.

    Whoever writes many rows sorts them by their keys: on PostgreSQL, two transactions
    that lock rows in the same order cannot wait for each other.
    """

    def __init__(self, database: Database) -> None:
        sql, new = database.sql, database.insert_new
        given = database.given()
        keys = select(given.c.value)
        self.add_run = sql(insert(_runs))
        self.add_input = sql(insert(schema.inputs))
        self.add_output = sql(insert(_outputs))
        self.add_scalar = sql(insert(schema.scalars))
        self.add_parts = sql(new(schema.fingerprints))
        self.add_text = sql(new(schema.texts))
        self.add_atom = sql(new(_atoms))
        self.add_tag = sql(new(schema.atom_tags))
        self.take_lease = sql(new(_leases))
        self.leases = sql(select(_leases).where(_leases.c.fingerprint.in_(keys)))
        self.drop_lease = sql(
            delete(_leases).where(_leases.c.run_id == bindparam("run_id"))
        )
        mine = select(_leases.c.run_id).where(_leases.c.driver == bindparam("driver"))
        mine = mine.order_by(_leases.c.run_id).with_for_update()
        self.beat = sql(
            update(_leases)
            .where(_leases.c.run_id.in_(mine))
            .values(beat_at=bindparam("at"))
        )
        self.end_run = sql(
            update(_runs)
            .where(_runs.c.id == bindparam("run_id"))
            .values({name: bindparam(name) for name in _ENDING})
        )
        # What is there already of runs that are to start, for nobody else to change.
        self.present = sql(
            select(_runs.c.id, _runs.c.status, _runs.c.label, _runs.c.tags)
            .add_columns(_runs.c.marked)
            .where(_runs.c.id.in_(keys))
            .order_by(_runs.c.id)
            .with_for_update()
        )
        self.remove = [
            sql(delete(table).where(column == bindparam("run_id")))
            for table, column in (
                (_runs, _runs.c.id),
                (schema.inputs, schema.inputs.c.run_id),
                (_outputs, _outputs.c.run_id),
                (schema.scalars, schema.scalars.c.run_id),
            )
        ]
        self.facts = sql(select(_runs.c.id, _runs.c.facts).where(_runs.c.id.in_(keys)))
        self.tell = sql(
            update(_runs)
            .where(_runs.c.id == bindparam("run_id"))
            .values(facts=bindparam("facts"))
        )
        origin = schema.scalars.alias()
        taken = {column.name: column for column in origin.c} | {"run_id": _runs.c.id}
        self.take_scalars = sql(
            insert(schema.scalars).from_select(
                list(taken),
                select(*taken.values())
                .join(origin, origin.c.run_id == _runs.c.cached_from)
                .where(_runs.c.id.in_(keys)),
            )
        )
        self.forget = sql(
            update(_runs)
            .where(
                or_(
                    _runs.c.id == bindparam("run_id"),
                    _runs.c.cached_from == bindparam("run_id"),
                )
            )
            .values(kept=bindparam("kept"))
        )
        self.atom = sql(select(*ATOM_COLUMNS).where(_atoms.c.id == bindparam("id")))
        # Whether they run, and may end: those that began without a lease need none. On
        # PostgreSQL, whoever else wants to end them waits here, then finds them ended.
        self.endable = sql(
            select(
                _runs.c.id,
                _runs.c.status,
                ~_runs.c.leased | _leases.c.run_id.is_not(None),
            )
            .outerjoin(_leases, _leases.c.run_id == _runs.c.id)
            .where(_runs.c.id.in_(keys))
            .order_by(_runs.c.id)
            .with_for_update(of=_runs)
        )
        # Oldest first: the last word has the newest. Outer joins alone, since SQLite
        # then begins with the keys, and looks at nothing else.
        hit = (
            (_runs.c.fingerprint == given.c.value)
            & (_runs.c.status == _COMPLETED)
            & _runs.c.kept
            & _runs.c.deleted_at.is_(None)
        )
        self.hits = sql(
            select(_runs.c.fingerprint, _runs.c.id, _outputs.c.name, *ATOM_COLUMNS)
            .select_from(given)
            .outerjoin(_runs, hit)
            .outerjoin(_outputs, _outputs.c.run_id == _runs.c.id)
            .outerjoin(_atoms, _atoms.c.id == _outputs.c.atom_id)
            .order_by(_runs.c.started_at, _runs.c.id, _outputs.c.position)
        )
