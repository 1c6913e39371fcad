"""The MLflow store of an app: where it is, and how to open it from many processes."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import logging
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit

from sweepflow.app import sqlite
from sweepflow.app.artifacts import local_path
from sweepflow.app.locks import hold
from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Generator

    from mlflow.entities import Experiment

logger = logging.getLogger("sweepflow")

_DATABRICKS = ("databricks", "databricks-uc", "uc")
_FOR_A_FILE_STORE = (
    "set MLFLOW_ALLOW_FILE_STORE=true to go on there, or unset MLFLOW_TRACKING_URI "
    "(or the option tracking_uri) for sqlite:///mlflow.db"
)
_FOR_ANOTHERS_DATABASE = (
    "the database has tables of another program, such as a ledger of Sweepflow: give "
    "MLflow a database of its own"
)
_DEFAULT = "mlflow.db"
_NOISY = ("alembic", "mlflow.store.db.utils")


@dataclass(frozen=True)
class Store:
    """An MLflow store, named by its tracking URI; relative paths made absolute."""

    uri: str

    @classmethod
    def choose(cls, uri: str | None, folder: Path) -> Store:
        """Give the store at `uri`, else the configured one, else the default.

        Configured means by `mlflow.set_tracking_uri` or MLFLOW_TRACKING_URI; the
        default is `mlflow.db` in `folder`, which relative paths start from too.

        Raises:
            StoreError: An SQLite database in memory.
        """
        chosen = uri or _configured() or f"sqlite:///{_DEFAULT}"
        if (path := sqlite.path_of(chosen)) is not None:
            return cls(sqlite.with_path(chosen, _absolute(folder, path)))
        if chosen not in _DATABRICKS and (path := _file_store(chosen)) is not None:
            return cls(_absolute(folder, path).as_uri())
        return cls(chosen)

    @property
    def database(self) -> Path | None:
        """The database's file, if the store is SQLite."""
        path = sqlite.path_of(self.uri)
        return Path(path) if path is not None else None

    @property
    def folder(self) -> Path | None:
        """The folder of MLflow's file store, if the store is one."""
        path = _file_store(self.uri)
        return Path(path) if path is not None and self.uri not in _DATABRICKS else None

    def lock(self, name: str) -> Path:
        """Give the lock's file that all apps on this machine and store agree on.

        It lies beside a local store, so that everyone meets there who can write the
        store; for a server, in a folder of the user.
        """
        if local := self.database or self.folder:
            real = local.resolve()  # the same for who comes by way of a link
            return real.with_name(f".{real.name}.{_short_digest(name)}.lock")
        return _private_folder() / f"{_short_digest(self.uri, name)}.lock"

    def __str__(self) -> str:
        """The tracking URI without a password."""
        parts = urlsplit(self.uri)
        if parts.password is None:
            return self.uri
        user, _, host = parts.netloc.rpartition("@")
        netloc = f"{user.partition(':')[0]}:***@{host}"
        return parts._replace(netloc=netloc).geturl()


@contextlib.contextmanager
def using(store: Store) -> Generator[None]:
    """Make `store` the one that MLflow's functions use within the block."""
    import mlflow

    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    mlflow.set_tracking_uri(store.uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(cast("str", before))  # None: as if never set


def open_experiment(store: Store, name: str, folder: Path) -> Experiment:
    """Give the experiment `name`, and make it MLflow's active one.

    The store and the experiment are made if they do not exist; processes that start
    at the same time queue for it. Artifacts of a new local store go to `folder`.

    Raises:
        StoreError: MLflow cannot open the store, or the experiment was deleted in it.
    """
    import mlflow

    with _refusals(store):
        if not store.uri.startswith("http"):
            # A slow import, before others have to wait for us.
            importlib.import_module("mlflow.store.tracking.sqlalchemy_store")
        lock = store.lock("store")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with hold(lock), _quiet(), contextlib.chdir(folder):
            if store.database:
                _warn_of_a_file_store(store.database, folder)
                sqlite.prepare(store.database)
            client = mlflow.MlflowClient(store.uri)
            experiment = client.get_experiment_by_name(name)
            if experiment is None:
                experiment = client.get_experiment(client.create_experiment(name))
        if experiment.lifecycle_stage != "active":
            raise StoreError(
                f"the experiment {name!r} was deleted in {store}",
                hint="restore it in MLflow, or choose a name with hydra.job.name=…",
            )
        mlflow.set_experiment(  # pyright: ignore[reportUnknownMemberType] -- an argument of no type
            experiment_id=experiment.experiment_id
        )
    return experiment


def is_local(experiment: Experiment) -> bool:
    """Say whether the experiment's artifacts are kept in a local folder."""
    return local_path(experiment.artifact_location) is not None


def _configured() -> str | None:
    # Only who imported MLflow can have set its tracking URI.
    if mlflow := sys.modules.get("mlflow"):
        return mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    return os.environ.get("MLFLOW_TRACKING_URI")


def _file_store(uri: str) -> str | None:
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return unquote(parts.path)
    return None if parts.scheme else uri


def _warn_of_a_file_store(database: Path, folder: Path) -> None:
    """Say, before the default store is made, that old runs beside it stay unseen."""
    mlruns = folder / "mlruns"
    if database.exists() or database != folder / _DEFAULT:
        return
    if any(mlruns.glob("*/meta.yaml")):
        logger.warning(
            "%s is a file store of earlier runs, which the new %s does not show; to go "
            "on with them, set MLFLOW_TRACKING_URI=mlruns and "
            "MLFLOW_ALLOW_FILE_STORE=true, or remove %s and call "
            "`mlflow migrate-filestore --source . --target sqlite:///%s`",
            mlruns,
            *(_DEFAULT,) * 3,
        )


def _short_digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _absolute(folder: Path, path: str) -> Path:
    return Path(os.path.normpath(folder / path))


def _private_folder() -> Path:
    """Give the user's folder for locks, or refuse one that another user prepared."""
    folder = Path(tempfile.gettempdir(), f"sweepflow-{os.getuid()}", "locks")
    for path in (folder.parent, folder):
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise StoreError(
                f"{path}, where locks are kept, belongs to somebody else",
                hint="remove it, or set TMPDIR to a folder of your own",
            )
    return folder


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Spare the user the hundreds of lines in which MLflow tells of its migrations."""
    loggers = [logging.getLogger(name) for name in _NOISY]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextlib.contextmanager
def _refusals(store: Store) -> Generator[None]:
    """Turn what MLflow, the database or the file system refuse into a StoreError."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        reason = str(error).strip().replace(store.uri, str(store))
        raise StoreError(
            f"cannot open the MLflow store {store}: {reason}",
            hint=_hint(reason),
        ) from error


def _hint(reason: str) -> str:
    if "MLFLOW_ALLOW_FILE_STORE" in reason:
        return _FOR_A_FILE_STORE
    if "run_uuid" in reason:  # of MLflow's table `runs`; other programs have one, too
        return _FOR_ANOTHERS_DATABASE
    return "see the option tracking_uri, or MLFLOW_TRACKING_URI"
