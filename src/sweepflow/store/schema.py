"""The tables of the ledger.

A change of a table is a new revision in `migrations/`, and a new VERSION here. JSON is
kept as text, since the JSON of PostgreSQL knows neither NaN nor NUL.
"""

from __future__ import annotations

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
