"""The tables of the ledger."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

VERSION = 1
"""Changes with every change of a table; the ledger holds the one it was made with."""

metadata = MetaData()

schema_version = Table(
    "schema_version", metadata, Column("version", Integer, primary_key=True)
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("plan_id", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("params", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("exit_code", Integer),
    Column("error", Text),
    Column("started_at", Float(53), nullable=False),
    Column("finished_at", Float(53)),
    Column("cpu_seconds", Float(53)),
    Column("max_rss", Integer),
    Column("cwd", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("git_commit", String(64)),
    Column("git_dirty", Boolean),
    Column("python", Text, nullable=False),
    Column("sweepflow", Text, nullable=False),
)

Index("runs_by_start", runs.c.started_at)
Index("runs_by_status", runs.c.status)
Index("runs_by_name", runs.c.name, runs.c.started_at)
