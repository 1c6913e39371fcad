"""The ledger: what ran, when, where and how it ended.

One SQLite database in WAL mode, shared by any number of processes. A row is written
when a run starts and completed when it ends. The end is durable once the call returns;
the start need not outlive a power cut, which the run does not outlive either.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from filelock import FileLock
from sqlalchemy import URL, create_engine, event, insert, select, update
from sqlalchemy.exc import DatabaseError

from sweepflow.errors import RunNotFoundError, StoreError
from sweepflow.store import schema

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path
    from sqlite3 import Connection as SQLiteConnection

    from sqlalchemy import Connection

BUSY_SECONDS = 60
"""How long to wait for another process's transaction; each takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded execution of a task.

    Args:
        id: Unique in the ledger.
        plan_id: Shared by the runs that were started together.
        name: Of the job, operation or workflow.
        task: The task's key within its plan.
        command: What ran, as a shell would read it.
        params: What the task stands for.
        status: `running`, `completed`, `failed` or `interrupted`.
        exit_code: Negative is minus the signal that killed it.
        error: Why it did not complete.
        started_at: Unix time in seconds, as is `finished_at`.
        cpu_seconds: User and system time.
        max_rss: Bytes.
    """

    id: str
    plan_id: str
    name: str
    task: str
    command: str
    cwd: str
    host: str
    user: str
    git_commit: str | None
    git_dirty: bool | None
    python: str
    sweepflow: str
    started_at: float
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    status: str = "running"
    exit_code: int | None = None
    error: str | None = None
    finished_at: float | None = None
    cpu_seconds: float | None = None
    max_rss: int | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, or None while it runs."""
        return None if self.finished_at is None else self.finished_at - self.started_at


class Ledger:
    """The runs of one project.

    Text that is no valid Unicode is kept with escapes for what is not.

    Args:
        path: The database; made with its tables where it does not exist.
        read_only: Leave everything as it is, for a place that cannot be written.

    Raises:
        StoreError: It cannot be read or written, is damaged, or was made by a newer
            Sweepflow. So do all methods.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path = path
        self._engine = create_engine(
            _url(path, read_only=read_only), connect_args={"timeout": BUSY_SECONDS}
        )
        with ExitStack() as undo:
            undo.callback(self.close)
            if read_only:
                with self._reading() as connection:
                    self._check_version(connection)
            else:
                self._prepare()
            undo.pop_all()

    def start(self, run: Run) -> None:
        """Record that a run starts."""
        fast = self._engine.execution_options(durable=False)
        with self._reported(), fast.begin() as connection:
            connection.execute(insert(schema.runs), _storable(asdict(run)))

    def finish(self, run_id: str, **columns: Any) -> None:  # noqa: ANN401 - the table has the types
        """Record how a run ended: `status`, `finished_at` and what else is known."""
        with self._reported(), self._engine.begin() as connection:
            connection.execute(
                update(schema.runs)
                .where(schema.runs.c.id == run_id)
                .values(_storable(columns))
            )

    def runs(
        self,
        *,
        name: str | None = None,
        status: str | None = None,
        limit: int | None = None,
    ) -> Sequence[Run]:
        """Give the runs, newest first."""
        query = select(schema.runs).order_by(schema.runs.c.started_at.desc())
        if name is not None:
            query = query.where(schema.runs.c.name == name)
        if status is not None:
            query = query.where(schema.runs.c.status == status)
        with self._reading() as connection:
            rows = connection.execute(query.limit(limit)).mappings()
            return [Run(**row) for row in rows]

    def get(self, prefix: str) -> Run:
        """Give the run whose id begins with `prefix`.

        Raises:
            RunNotFoundError: None does, or more than one.
        """
        query = select(schema.runs).where(
            schema.runs.c.id.startswith(prefix, autoescape=True)
        )
        with self._reading() as connection:
            rows = connection.execute(query.limit(3)).mappings().all()
        if not rows:
            raise RunNotFoundError(
                f"no run has the id {prefix!r}", hint="`sweepflow runs` lists them"
            )
        if len(rows) > 1:
            raise RunNotFoundError(
                f"more than one run has an id that begins with {prefix!r}: "
                + ", ".join(row["id"] for row in rows),
                hint="write more of it",
            )
        return Run(**rows[0])

    def close(self) -> None:
        self._engine.dispose()

    def _prepare(self) -> None:
        event.listen(self._engine, "connect", _set_up)
        event.listen(self._engine, "begin", _begin)
        # Two first starts would race for the switch to WAL mode, which does not wait.
        lock = FileLock(f"{self._path}.lock")
        with self._reported(), lock, self._engine.begin() as connection:
            schema.metadata.create_all(connection)
            if connection.execute(select(schema.schema_version)).first() is None:
                connection.execute(
                    insert(schema.schema_version), {"version": schema.VERSION}
                )
            self._check_version(connection)

    def _check_version(self, connection: Connection) -> None:
        made_with = connection.execute(select(schema.schema_version)).scalar()
        if made_with != schema.VERSION:
            raise StoreError(
                f"{self._path} has format {made_with}, "
                f"this Sweepflow reads format {schema.VERSION}",
                hint="use the version of Sweepflow that made it, or a newer one",
            )

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with self._reported(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def _reported(self) -> Generator[None]:
        """Turn what the database says into what the user can mend."""
        try:
            yield
        except (DatabaseError, OSError) as error:
            reason = error.orig if isinstance(error, DatabaseError) else error.strerror
            raise StoreError(
                f"the ledger {self._path} cannot be used: {reason}",
                hint="see that the disk has room and the file can be written; "
                "if it is damaged, move it away and start a new one",
            ) from None


def _url(path: Path, *, read_only: bool) -> URL:
    """Give the address of a database, whatever characters its path has."""
    query = {"uri": "true", "mode": "ro" if read_only else "rwc"}
    if read_only and not path.with_name(f"{path.name}-wal").exists():
        # Nobody is at work on it, and SQLite need not make the files that it
        # otherwise wants beside a database in WAL mode.
        query["immutable"] = "1"
    return URL.create("sqlite", database=path.absolute().as_uri(), query=query)


def _storable(columns: dict[str, Any]) -> dict[str, Any]:
    """Give columns with their text as valid Unicode; JSON has escapes of its own.

    Arguments and paths may hold any bytes; Python has lone surrogates for them.
    """
    return {
        name: value.encode("utf-8", "backslashreplace").decode()
        if isinstance(value, str)
        else value
        for name, value in columns.items()
    }


def _set_up(connection: SQLiteConnection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in `_begin`
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _begin(connection: Connection) -> None:
    # FULL: the commit outlives a power cut. NORMAL: it waits for no disk.
    durable = connection.get_execution_options().get("durable", True)
    level = "FULL" if durable else "NORMAL"
    connection.exec_driver_sql(f"PRAGMA synchronous={level}")
    # A transaction that becomes a writer half-way cannot wait for another one.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
