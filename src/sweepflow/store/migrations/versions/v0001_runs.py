"""Runs, as the first release had them.

Ledgers of this format were made without Alembic.
"""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Change nothing: an older ledger there is none."""
