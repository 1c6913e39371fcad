"""The database under the ledger: SQLite in WAL mode, or PostgreSQL.

Both are given one contract. Readers see what was committed, and hold nobody up. Of two
writers that want the same row, one waits. What a durable transaction wrote outlives a
power cut; what another wrote is durable with the next durable one.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    URL,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    make_url,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError

from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Sequence

    from sqlalchemy import Connection, Table, TableValuedAlias
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
    from sqlalchemy.pool import PoolProxiedConnection
    from sqlalchemy.sql import ClauseElement

BUSY_SECONDS = 60
"""How long to wait for another process's transaction; each takes milliseconds."""

_CHECKPOINT_PAGES = 4000
"""Of SQLite's log, 4 KiB each; each checkpoint waits for the disk."""

_CACHE_KIB = 1 << 16
"""Of SQLite's pages; its own measure is too small for the indexes of 100,000 runs."""

_URL_HINT = (
    "write a path, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE with %40, %2F "
    "and %3A for @, / and : in the password"
)


class Transaction:
    """One that writes; its statements go past SQLAlchemy, which costs ten times more.

    The statements are SQL as `Database.sql` gives it.
    """

    def __init__(self, cursor: DBAPICursor) -> None:
        self._cursor = cursor

    def write(self, sql: str, rows: Sequence[dict[str, Any]]) -> None:
        """Run a statement for each row."""
        if len(rows) == 1:
            self._cursor.execute(sql, rows[0])
        elif rows:
            self._cursor.executemany(sql, rows)

    def read(self, sql: str, **parameters: Any) -> Sequence[Any]:  # noqa: ANN401 - they go to the database as they are
        """Give what a query finds."""
        self._cursor.execute(sql, parameters)
        return self._cursor.fetchall()


class Database:
    """What differs between the two databases.

    Args:
        address: A path for SQLite, a URL for PostgreSQL.
        read_only: Leave everything as it is, for a place that cannot be written.

    Raises:
        StoreError: It is no such address. All methods raise it for a database that
            cannot be used.
    """

    def __init__(self, address: Path | str, *, read_only: bool = False) -> None:
        url = _url(address)
        self.path = Path(url.database or "") if _is_sqlite(url) else None
        self.name = str(self.path) if self.path else _without_secrets(url)
        if self.path:
            url = _sqlite_url(self.path, read_only=read_only)
            # Its SQL with names for parameters, as that of PostgreSQL has.
            self._dialect: Any = sqlite.dialect(paramstyle="named")  # pyright: ignore[reportUnknownMemberType]
            options: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS}}
        else:
            from sqlalchemy.dialects import postgresql

            self._dialect = postgresql.psycopg.dialect()  # pyright: ignore[reportUnknownMemberType]
            # A server may have been started anew since the last run ended.
            options = {"pool_pre_ping": True}
        try:
            self.engine = create_engine(url, **options)
        except ModuleNotFoundError as error:
            raise StoreError(
                f"the ledger {self.name} needs the package {error.name}",
                hint="pip install 'psycopg[binary]'",
            ) from None
        self._errors = (DBAPIError, OSError, self.engine.dialect.loaded_dbapi.Error)
        if not self.path:
            prepare = _prepare_postgres_reader if read_only else _prepare_postgres
            event.listen(self.engine, "connect", prepare)
        elif not read_only:
            event.listen(self.engine, "connect", _prepare_sqlite)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Give a connection that sees, in each query, what was committed by then."""
        with self.reported(), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def writing(self, *, durable: bool = True) -> Generator[Transaction]:
        """Give a transaction; it is committed at the end unless there is an error."""
        with self.reported():
            connection = self.engine.raw_connection()
            try:
                cursor = connection.cursor()
                self._begin(connection, cursor, durable=durable)
                yield Transaction(cursor)
                cursor.close()
                connection.commit()
            finally:
                connection.close()  # back to the pool, which rolls back what is open

    def fetch(self, sql: str, **parameters: Any) -> Sequence[Any]:  # noqa: ANN401 - they go to the database as they are
        """Give what a query finds, by the short way of a transaction."""
        with self.reported():
            connection = self.engine.raw_connection()
            try:
                return Transaction(connection.cursor()).read(sql, **parameters)
            finally:
                connection.close()

    def _begin(
        self, connection: PoolProxiedConnection, cursor: DBAPICursor, *, durable: bool
    ) -> None:
        if not self.path:
            if not durable:
                cursor.execute("SET LOCAL synchronous_commit TO off")
            return
        # FULL: the commit outlives a power cut. NORMAL: it waits for no disk.
        level = "FULL" if durable else "NORMAL"
        if connection.info.get("synchronous") != level:
            cursor.execute(f"PRAGMA synchronous={level}")
            connection.info["synchronous"] = level
        # A transaction that becomes a writer half-way cannot wait for another one.
        cursor.execute("BEGIN IMMEDIATE")

    @contextmanager
    def reported(self) -> Generator[None]:
        """Turn what the database says into what the user can mend."""
        try:
            yield
        except self._errors as error:
            said = error.orig if isinstance(error, DBAPIError) else error
            reason = said.strerror if isinstance(said, OSError) else said
            raise StoreError(
                f"the ledger {self.name} cannot be used: {str(reason).strip()}",
                hint=self._hint(said),
            ) from None

    def _hint(self, said: object) -> str:
        if not self.path:
            return "see that the server runs, has room and lets this user write"
        if isinstance(said, sqlite3.Error) and _is_busy(said):
            return (
                "another process has been writing to it for too long: if one was "
                "stopped (Ctrl-Z), let it go on or end it"
            )
        return (
            "see that the disk has room and the file can be written; if it is "
            "damaged, move it away and start a new one"
        )

    def sql(self, statement: ClauseElement) -> str:
        """Give a statement as this database reads it."""
        return str(statement.compile(dialect=self._dialect))

    def insert_new(self, table: Table) -> ClauseElement:
        """Give the statement that inserts a row unless its key is there."""
        if self.path:
            return sqlite.insert(table).on_conflict_do_nothing()
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()

    def given(self) -> TableValuedAlias:
        """Give a table whose column `value` has the keys of the parameter `keys`."""
        if self.path:
            return func.json_each(bindparam("keys", type_=Text)).table_valued("value")
        keys = func.unnest(bindparam("keys", type_=ARRAY(Text)))
        return keys.table_valued("value").render_derived()

    def keys(self, keys: Collection[str]) -> str | list[str]:
        """Give any number of keys as the parameter of statements with `given`."""
        return json.dumps(list(keys)) if self.path else list(keys)


def _url(address: Path | str) -> URL:
    if isinstance(address, Path) or "://" not in address:
        return URL.create("sqlite", database=str(address))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # their messages may hold the password
        url = URL.create("?")
    if _is_sqlite(url) and url.database not in (None, "", ":memory:"):
        return url
    backend = url.drivername.partition("+")[0]
    # An @ that stands in the password cuts it, and what is left of it seems a host.
    if backend != "postgresql" or "@" in f"{url.host}{url.database}":
        raise StoreError(
            "the ledger's address is not one that can be read", hint=_URL_HINT
        )
    return url.set(drivername="postgresql+psycopg")


def _is_busy(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)  # without one where Python refuses
    return code & 0xFF == sqlite3.SQLITE_BUSY


def _is_sqlite(url: URL) -> bool:
    return url.drivername.partition("+")[0] == "sqlite"


def _without_secrets(url: URL) -> str:
    """Give a URL without its user and its options: either may tell a password."""
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def _sqlite_url(path: Path, *, read_only: bool) -> URL:
    """Give the address of a database, whatever characters its path has."""
    query = {"uri": "true", "mode": "ro" if read_only else "rwc"}
    if read_only and not path.with_name(f"{path.name}-wal").exists():
        # Nobody is at work on it, and SQLite need not make the files that it
        # otherwise wants beside a database in WAL mode.
        query["immutable"] = "1"
    return URL.create("sqlite", database=path.absolute().as_uri(), query=query)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's
    connection.isolation_level = None  # transactions begin where we say
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")


def _prepare_postgres(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    # A driver that was stopped in the midst of a transaction holds nobody up for long.
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{BUSY_SECONDS}s'")
    cursor.close()
    connection.commit()


def _prepare_postgres_reader(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("SET default_transaction_read_only = on")
    cursor.close()
    connection.commit()
