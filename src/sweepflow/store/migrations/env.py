"""Alembic's entry point: runs revisions in the transaction that it is handed."""

from __future__ import annotations

from alembic import context

from sweepflow.store.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
