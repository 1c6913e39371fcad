"""The tables of the ledger, and how records become rows of them.

A change of a table is a new revision in `migrations/`, and a new VERSION here. JSON is
kept as text, since the JSON of PostgreSQL knows neither NaN nor NUL.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    true,
)

from sweepflow.store.records import AtomRecord, Provenance, Run, ScalarRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import RowMapping

VERSION = 3
"""Of the tables; the ledger holds the one that it was made for."""

metadata = MetaData()

# The order of prefixes, whatever language the server speaks.
_Name = Text().with_variant(Text(collation="C"), "postgresql")
_Size = BigInteger().with_variant(Integer, "sqlite")

runs = Table(
    "runs",
    metadata,
    Column("id", _Name, primary_key=True),
    Column("plan_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("params", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("exit_code", Integer),
    Column("error", Text),
    Column("started_at", Float(53), nullable=False),
    Column("finished_at", Float(53)),
    Column("cpu_seconds", Float(53)),
    Column("max_rss", _Size),
    Column("cwd", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("git_commit", Text),
    Column("git_dirty", Boolean),
    Column("python", Text, nullable=False),
    Column("sweepflow", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="job"),
    Column("packages", Text),
    Column("driver", Text),
    Column("fingerprint", Text),
    Column("cached_from", Text),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("kept", Boolean, nullable=False, server_default=true()),
    # Whether it may end only while it holds a lease.
    Column("leased", Boolean, nullable=False, server_default=true()),
    Column("parent", Text),
    Column("step", Text),
    Column("label", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("marked", Boolean, nullable=False, server_default=false()),
    Column("source", Text),
    Column("facts", Text, nullable=False, server_default="{}"),
    Column("deleted_at", Float(53)),
    Column("purged", Boolean, nullable=False, server_default=false()),
)

Index("runs_by_start", runs.c.started_at)
Index("runs_by_status", runs.c.status, runs.c.started_at)
Index("runs_by_name", runs.c.name, runs.c.started_at)
Index("runs_by_task", runs.c.task, runs.c.name, runs.c.started_at)
Index("runs_by_plan", runs.c.plan_id)
Index("runs_by_origin", runs.c.cached_from)
Index("runs_by_fingerprint", runs.c.fingerprint, runs.c.status, runs.c.started_at)
Index("runs_by_parent", runs.c.parent)

# A value that is no number is NULL, since SQLite has no other word for it. A step is
# what a number in a text said, which may be beyond all integers of a database.
scalars = Table(
    "scalars",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("first", Float(53)),
    Column("first_step", Float(53), nullable=False),
    Column("last", Float(53)),
    Column("last_step", Float(53), nullable=False),
    Column("min", Float(53)),
    Column("min_step", Float(53), nullable=False),
    Column("max", Float(53)),
    Column("max_step", Float(53), nullable=False),
    Column("total", Float(53)),
    Column("count", _Size, nullable=False),
    # The last, so that whoever reads the others need not read it.
    Column("points", LargeBinary, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("driver", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("beat_at", Float(53), nullable=False),
    sqlite_with_rowid=False,
)

Index("leases_by_run", leases.c.run_id, unique=True)
Index("leases_by_driver", leases.c.driver)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("parts", Text, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

atoms = Table(
    "atoms",
    metadata,
    Column("id", _Name, primary_key=True),
    Column("type", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", _Size, nullable=False),
    Column("filename", Text),
    Column("tags", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("created_at", Float(53), nullable=False),
)

Index("atoms_by_time", atoms.c.created_at)
Index("atoms_by_type", atoms.c.type, atoms.c.created_at)
Index("atoms_by_user", atoms.c.user, atoms.c.created_at)

atom_tags = Table(
    "atom_tags",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("atom_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)


def _links(name: str) -> Table:
    """Give a table of atoms by run and name, in order."""
    table = Table(
        name,
        metadata,
        Column("run_id", Text, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("name", Text, nullable=False),
        Column("atom_id", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    Index(f"{name}_by_atom", table.c.atom_id)
    return table


inputs = _links("inputs")
outputs = _links("outputs")

_PROVENANCE = tuple(field.name for field in fields(Provenance))
_JSON = {"params", "facts", "tags"}
_RUN = tuple(
    field.name for field in fields(Run) if field.name not in {"provenance", *_JSON}
)
_VALUES = ("first", "last", "min", "max", "total")
_STEPS = ("first_step", "last_step", "min_step", "max_step")
_ATOM = tuple(field.name for field in fields(AtomRecord))
ATOM_COLUMNS = tuple(atoms.c[name] for name in _ATOM)
"""In the order that `atom_of` takes them."""


# Made once: `json.dumps` and `json.loads` take longer to start than small data takes.
_encode = json.JSONEncoder(separators=(",", ":"), default=dict).encode
_decode = json.JSONDecoder().decode


def storable(text: str) -> str:
    """Give a text as both databases take it: with escapes for what is no Unicode.

    Arguments and paths may hold any bytes; Python has lone surrogates for them.
    PostgreSQL knows no NUL.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", r"\x00")


def _column(value: object) -> Any:  # noqa: ANN401 - the table has the types
    return storable(value) if isinstance(value, str) else value


def to_json(data: Mapping[str, Any] | Sequence[Any]) -> str:
    """Give data as JSON, which has escapes of its own for any text."""
    return _encode(data)


def run_row(run: Run, *, leased: bool = False) -> dict[str, Any]:
    row = {name: _column(getattr(run, name)) for name in _RUN}
    for name in _PROVENANCE:
        row[name] = _column(getattr(run.provenance, name))
    for name in _JSON:
        row[name] = to_json(getattr(run, name))
    row["leased"] = leased
    return row


def run_of(row: RowMapping) -> Run:
    """Give a run; without facts where its row was read without them."""
    facts = dict(row)
    del facts["leased"]
    for name in _JSON & facts.keys():
        facts[name] = _decode(facts[name])
    facts["tags"] = tuple(facts["tags"])
    provenance = Provenance(**{name: facts.pop(name) for name in _PROVENANCE})
    return Run(provenance=provenance, **facts)


def scalar_row(run_id: str, position: int, scalar: ScalarRecord) -> dict[str, Any]:
    values = {name: getattr(scalar, name) for name in _VALUES}
    row: dict[str, Any] = {
        name: None if math.isnan(value) else value for name, value in values.items()
    }
    for name in _STEPS:
        row[name] = float(getattr(scalar, name))
    return row | {
        "run_id": run_id,
        "position": position,
        "name": storable(scalar.name),
        "count": scalar.count,
        "points": zlib.compress(to_json(scalar.points).encode()),
    }


def scalar_of(row: RowMapping) -> ScalarRecord:
    """Give a scalar; without points where its row was read without them."""
    facts: dict[str, Any] = dict(row)
    del facts["run_id"], facts["position"]
    for name in _VALUES:
        if facts[name] is None:
            facts[name] = math.nan
    for name in _STEPS:
        facts[name] = int(facts[name])
    if "points" in facts:
        points = _decode(zlib.decompress(facts["points"]).decode())
        facts["points"] = tuple((step, value) for step, value in points)
    return ScalarRecord(**facts)


def atom_row(atom: AtomRecord) -> dict[str, Any]:
    row = {name: _column(getattr(atom, name)) for name in _ATOM}
    row["tags"] = to_json(atom.tags)
    row["metadata"] = to_json(atom.metadata)
    return row


def tag_rows(atom: AtomRecord) -> list[dict[str, str]]:
    atom_id = storable(atom.id)
    return [{"tag": storable(tag), "atom_id": atom_id} for tag in sorted({*atom.tags})]


def atom_of(row: Sequence[Any]) -> AtomRecord:
    # One by one: of all that is read, this is read most.
    return AtomRecord(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        tuple(_decode(row[7])),
        _decode(row[8]),
        row[9],
    )


def link_rows(run_id: str, atom_ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give the rows of a run's inputs or outputs: ids of atoms, by name."""
    return [
        {
            "run_id": run_id,
            "position": position,
            "name": storable(name),
            "atom_id": storable(atom_id),
        }
        for position, (name, atom_id) in enumerate(atom_ids.items())
    ]
