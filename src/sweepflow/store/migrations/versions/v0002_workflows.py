"""What workflows need: fingerprints, leases, atoms, and what they were made from."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    Text,
    true,
)

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Format 1 was SQLite's alone."""
    op.drop_table("schema_version")
    _extend_runs()
    _make_leases()
    _make_texts()
    _make_atoms()
    for name in ("inputs", "outputs"):
        op.create_table(
            name,
            Column("run_id", Text, primary_key=True),
            Column("position", Integer, primary_key=True, autoincrement=False),
            Column("name", Text, nullable=False),
            Column("atom_id", Text, nullable=False),
            sqlite_with_rowid=False,
        )
        op.create_index(f"{name}_by_atom", name, ["atom_id"])


def _extend_runs() -> None:
    for column in (
        Column("kind", Text, nullable=False, server_default="job"),
        Column("packages", Text),
        Column("driver", Text),
        Column("fingerprint", Text),
        Column("cached_from", Text),
        Column("attempts", Integer, nullable=False, server_default="1"),
        Column("kept", Boolean, nullable=False, server_default=true()),
    ):
        op.add_column("runs", column)
    op.drop_index("runs_by_status", "runs")
    op.create_index("runs_by_status", "runs", ["status", "started_at"])
    op.create_index("runs_by_task", "runs", ["task", "name", "started_at"])
    op.create_index("runs_by_plan", "runs", ["plan_id"])
    op.create_index("runs_by_origin", "runs", ["cached_from"])
    columns = ["fingerprint", "status", "started_at"]
    op.create_index("runs_by_fingerprint", "runs", columns)


def _make_leases() -> None:
    op.create_table(
        "leases",
        Column("fingerprint", Text, primary_key=True),
        Column("run_id", Text, nullable=False),
        Column("driver", Text, nullable=False),
        Column("host", Text, nullable=False),
        Column("beat_at", Float(53), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("leases_by_run", "leases", ["run_id"], unique=True)
    op.create_index("leases_by_driver", "leases", ["driver"])


def _make_texts() -> None:
    op.create_table(
        "fingerprints",
        Column("fingerprint", Text, primary_key=True),
        Column("parts", Text, nullable=False),
    )
    op.create_table(
        "texts",
        Column("digest", Text, primary_key=True),
        Column("body", LargeBinary, nullable=False),
    )


def _make_atoms() -> None:
    op.create_table(
        "atoms",
        Column("id", Text, primary_key=True),
        Column("type", Text, nullable=False),
        Column("user", Text, nullable=False),
        Column("content", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("size", Integer, nullable=False),
        Column("filename", Text),
        Column("tags", Text, nullable=False),
        Column("metadata", Text, nullable=False),
        Column("created_at", Float(53), nullable=False),
    )
    op.create_index("atoms_by_time", "atoms", ["created_at"])
    op.create_index("atoms_by_type", "atoms", ["type", "created_at"])
    op.create_index("atoms_by_user", "atoms", ["user", "created_at"])
    op.create_table(
        "atom_tags",
        Column("tag", Text, primary_key=True),
        Column("atom_id", Text, primary_key=True),
        sqlite_with_rowid=False,
    )
