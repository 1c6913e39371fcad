"""Making the ledger's tables, and bringing those of an older Sweepflow up to date.

The revisions stand in `versions/`, one for each VERSION of the schema, and are run by
Alembic. It takes long to import: only an older ledger needs it.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, String, Table, insert, inspect, select, text

from sweepflow.errors import StoreError
from sweepflow.store import locks, schema

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy import Connection

    from sweepflow.store.database import Database

VERSION_TABLE = "ledger_version"
"""Alembic's; the name tells our ledger from what else uses Alembic, such as MLflow."""

HEAD = f"{schema.VERSION:04}"

_LOCK = 0x5357_4545_5046  # any number that nobody else locks

_versions = Table(
    VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True)
)


def check(database: Database) -> None:
    """See that the tables are there as this Sweepflow knows them.

    Raises:
        StoreError: They are not.
    """
    with database.reading() as connection:
        found = _version(connection)
    if found == HEAD:
        return
    if found is None:
        raise StoreError(
            f"the ledger {database.name} holds no runs yet", hint="run something first"
        )
    _refuse_newer(database, found)
    raise StoreError(
        f"{database.name} has format {int(found)}, "
        f"this Sweepflow reads format {schema.VERSION}",
        hint="open it once where it can be written: `sweepflow runs` updates it",
    )


def prepare(database: Database) -> None:
    """Make the tables, or bring them up to date.

    Raises:
        StoreError: They were made by a newer Sweepflow, or by something else.
    """
    with _alone(database) as connection:
        found = _version(connection)
        if found == HEAD:
            return
        if found is not None:
            _refuse_newer(database, found)
            _upgrade(connection, found)
        elif inspect(connection).has_table(schema.runs.name):
            raise StoreError(
                f"the database {database.name} is in use by another program",
                hint="name another one, or another schema of it",
            )
        else:
            schema.metadata.create_all(connection, checkfirst=False)
            _versions.create(connection)
            connection.execute(insert(_versions), {"version_num": HEAD})


@contextmanager
def _alone(database: Database) -> Generator[Connection]:
    """Give a transaction that waits for all others who look at the tables' version."""
    if database.path:
        # Two first starts would race for the switch to WAL mode, which does not wait.
        with (
            database.reported(),
            locks.exclusive(Path(f"{database.path}.lock"), wait=True),
            database.engine.connect() as connection,
        ):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
        return
    with database.reported(), database.engine.begin() as connection:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        yield connection


def _version(connection: Connection) -> str | None:
    tables = inspect(connection)
    if tables.has_table(VERSION_TABLE):
        return connection.execute(select(_versions.c.version_num)).scalar()
    if tables.has_table("schema_version"):  # of format 1, which did without Alembic
        found = connection.execute(text("SELECT version FROM schema_version")).scalar()
        return None if found is None else f"{found:04}"
    return None


def _refuse_newer(database: Database, found: str) -> None:
    known = found.isdecimal() and int(found) <= schema.VERSION
    if not known:
        raise StoreError(
            f"{database.name} has format {found.lstrip('0')}, "
            f"this Sweepflow reads format {schema.VERSION}",
            hint="use the version of Sweepflow that made it, or a newer one",
        )


def _upgrade(connection: Connection, found: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # The name may hold a percent sign, which the configuration would interpolate.
    folder = str(Path(__file__).parent).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    if not inspect(connection).has_table(VERSION_TABLE):
        command.stamp(config, found)
    command.upgrade(config, HEAD)
