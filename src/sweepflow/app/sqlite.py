"""What is done to an MLflow store's SQLite file without, or before, MLflow.

MLflow takes over a second to import and another to make its tables. The one is spared
to an app that only finds that there is nothing to do; the other is made so that a kill
in the middle leaves nothing behind.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_URI = re.compile(r"(sqlite(?:\+\w+)?://)([^?]*)(.*)", flags=re.DOTALL)

_FINISHED = """
    SELECT runs.run_uuid, result.value
    FROM tags AS digest
    JOIN runs ON runs.run_uuid = digest.run_uuid
    LEFT JOIN tags AS result ON result.run_uuid = runs.run_uuid AND result.key = ?
    WHERE digest.key = ? AND digest.value = ? AND runs.experiment_id = ?
      AND runs.status = 'FINISHED' AND runs.lifecycle_stage = 'active'
    ORDER BY runs.start_time DESC LIMIT 1
"""

_METRICS = "SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid = ?"

_LEDGER = "SELECT 1 FROM sqlite_master WHERE name = 'ledger_version'"


def path_of(uri: str) -> str | None:
    """Give the path in an SQLite URI, or None for a URI of another kind.

    Raises:
        StoreError: The database is kept in memory.
    """
    match = _URI.fullmatch(uri)
    if match is None:
        return None
    path = match[2]
    if path in ("", "/", "/:memory:"):
        raise StoreError(
            f"{uri} forgets its runs when the process ends",
            hint="name a file, as in sqlite:///mlflow.db",
        )
    if "%" not in path:
        return path.removeprefix("/")
    from sqlalchemy import make_url  # which knows whether it decodes it

    return make_url(uri).database


def with_path(uri: str, path: Path) -> str:
    """Give the SQLite URI with another path."""
    match = _URI.fullmatch(uri)
    if match and not any(char in "%?#" for char in str(path)):
        return f"{match[1]}/{path}{match[3]}"
    from sqlalchemy import make_url

    return make_url(uri).set(database=str(path)).render_as_string(hide_password=False)


def prepare(database: Path) -> None:
    """Make the store if its file is missing or empty; the caller holds its lock.

    MLflow's migrations are no single transaction. The store is therefore made under
    another name, which takes about a second, and appears complete.

    Raises:
        StoreError: The file is no SQLite database, or the one of a ledger.
        OSError: It cannot be read or made.
    """
    if database.exists() and database.stat().st_size > 0:
        with closing(_open(database)) as connection:
            try:
                is_ledger = connection.execute(_LEDGER).fetchone()
            except sqlite3.DatabaseError as error:
                raise StoreError(f"{database}: {error}") from error
        if is_ledger:  # where MLflow would make some of its tables before it fails
            raise StoreError(
                f"{database} is a ledger of Sweepflow, where MLflow has no room",
                hint="name another file, as in sqlite:///mlflow.db",
            )
        return

    from mlflow.store.tracking import DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    database.parent.mkdir(parents=True, exist_ok=True)
    draft = database.with_name(f".{database.name}.draft")
    _remove(draft)
    draft.touch()  # MLflow would try for minutes to open a file that cannot be made
    try:
        store = SqlAlchemyStore(
            with_path("sqlite://", draft), DEFAULT_LOCAL_FILE_AND_ARTIFACT_PATH
        )
        store.engine.dispose()
        _publish(draft, database)
    finally:
        _remove(draft)


def finished_run(
    database: Path, experiment: str, *, tag: str, digest: str, result: str
) -> tuple[str, str | None] | None:
    """Give the id and the `result` tag of a finished run, read without MLflow.

    None says that there is no such run, or that MLflow has to be asked, as for a file
    that is locked or has tables of another shape.
    """
    with suppress(sqlite3.Error), closing(_open(database)) as connection:
        experiments = connection.execute(
            "SELECT experiment_id FROM experiments"
            " WHERE name = ? AND lifecycle_stage = 'active'",
            (experiment,),
        ).fetchall()
        if len(experiments) == 1:  # in MLflow's workspaces a name may occur again
            values = (result, tag, digest, experiments[0][0])
            return connection.execute(_FINISHED, values).fetchone()
    return None


def metrics_of(database: Path, run_id: str) -> dict[str, float]:
    """Give the last values of the metrics of a run, read without MLflow.

    Raises:
        sqlite3.Error: They cannot be read.
    """
    with closing(_open(database)) as connection:
        rows = connection.execute(_METRICS, (run_id,))
        return {key: math.nan if is_nan else value for key, value, is_nan in rows}


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)


def _publish(draft: Path, database: Path) -> None:
    if database.exists():  # it was empty
        draft.replace(database)
        return
    with suppress(FileExistsError):  # MLflow itself, which knows no lock of ours
        os.link(draft, database)


def _remove(draft: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
