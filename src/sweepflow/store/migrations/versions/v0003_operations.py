"""What operations need: runs in runs, notes of users, numbers that runs gave."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    Text,
    false,
    true,
)

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what older runs do without."""
    for column in (
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
    ):
        op.add_column("runs", column)
    # Until then, those had leases that had fingerprints.
    op.execute("UPDATE runs SET leased = false WHERE fingerprint IS NULL")
    op.create_index("runs_by_parent", "runs", ["parent"])
    values = ("first", "last", "min", "max")
    op.create_table(
        "scalars",
        Column("run_id", Text, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("name", Text, nullable=False),
        *(
            column
            for name in values
            for column in (
                Column(name, Float(53)),
                Column(f"{name}_step", Float(53), nullable=False),
            )
        ),
        Column("total", Float(53)),
        Column(
            "count",
            BigInteger().with_variant(Integer, "sqlite"),
            nullable=False,
        ),
        Column("points", LargeBinary, nullable=False),
    )
