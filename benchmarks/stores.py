"""MLflow stores with many finished runs, made quickly from one real run each.

Run number `a` has the configuration `a: …, b: 0, c: 0` of the empty app. Number 0 is
made by the app itself; the others are copies that differ where real ones do: the id,
the configuration, and what was made of it.
"""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.measure import SideError, run
from benchmarks.projects import APP_FILE, FILES, SQLITE, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from benchmarks.measure import Side

EXPERIMENT = "app"


@dataclass(frozen=True)
class Filled(ABC):
    """A project with the app, and a store that grows.

    Args:
        side: Whose project it is.
        folder: The project.
        env: What names the store.
    """

    side: Side
    folder: Path
    env: Mapping[str, str]

    def run(self, a: int) -> tuple[dict[str, float], str]:
        """Run the app with this configuration; give what it took and its output."""
        ended = run(
            self.side, [self.side.python, APP_FILE, f"a={a}"], self.folder, self.env
        )
        return ended.sample, ended.output

    @abstractmethod
    def fill(self, numbers: Iterable[int]) -> None:
        """Add finished runs with these numbers."""

    @abstractmethod
    def count(self) -> int:
        """Give the number of runs."""


class FilledDatabase(Filled):
    """Sweepflow's: SQLite, where the look-up is by the tags of the digests."""

    @classmethod
    def make(cls, side: Side, folder: Path) -> FilledDatabase:
        store = cls(side, write(folder, side), SQLITE)
        store.run(0)
        return store

    def fill(self, numbers: Iterable[int]) -> None:
        from sweepflow.app.digest import config_digest, overrides_digest
        from sweepflow.app.job import CONFIG_TAG, OVERRIDES_TAG

        with closing(sqlite3.connect(self.folder / "mlflow.db")) as database, database:
            first = _Rows.of_first_run(database)
            for a in numbers:
                changed = {
                    CONFIG_TAG: config_digest({"a": a, "b": 0, "c": 0}),
                    OVERRIDES_TAG: overrides_digest([f"a={a}"]),
                }
                first.copy(database, a, changed)

    def count(self) -> int:
        query = "SELECT count(*) FROM runs"
        with closing(sqlite3.connect(self.folder / "mlflow.db")) as database:
            return database.execute(query).fetchone()[0]


@dataclass(frozen=True)
class _Rows:
    """The rows of one run: of `runs`, `params` and `tags`."""

    id: str
    run: Mapping[str, object]
    params: Mapping[str, str]
    tags: Mapping[str, str]

    @classmethod
    def of_first_run(cls, database: sqlite3.Connection) -> _Rows:
        cursor = database.execute("SELECT * FROM runs ORDER BY start_time LIMIT 1")
        names = [column[0] for column in cursor.description]
        run = dict(zip(names, cursor.fetchone(), strict=True))
        of_run = (run["run_uuid"],)
        params = "SELECT key, value FROM params WHERE run_uuid = ?"
        tags = "SELECT key, value FROM tags WHERE run_uuid = ?"
        return cls(
            run["run_uuid"],
            run,
            dict(database.execute(params, of_run).fetchall()),
            dict(database.execute(tags, of_run).fetchall()),
        )

    def copy(
        self, database: sqlite3.Connection, a: int, tags: Mapping[str, str]
    ) -> None:
        run_id = uuid.uuid4().hex
        artifacts = str(self.run["artifact_uri"]).replace(self.id, run_id)
        run = dict(self.run) | {"run_uuid": run_id, "artifact_uri": artifacts}
        names, marks = ", ".join(run), ", ".join("?" * len(run))
        statement = f"INSERT INTO runs ({names}) VALUES ({marks})"  # noqa: S608 -- MLflow's own names
        database.execute(statement, tuple(run.values()))
        for table, values in (
            ("params", {**self.params, "a": str(a)}),
            ("tags", {**self.tags, **tags}),
        ):
            statement = f"INSERT INTO {table} (key, value, run_uuid) VALUES (?, ?, ?)"  # noqa: S608 -- likewise
            rows = [(key, value, run_id) for key, value in values.items()]
            database.executemany(statement, rows)


class FilledFolders(Filled):
    """HydraFlow's: the file store, whose folders its look-up goes through."""

    @classmethod
    def make(cls, side: Side, folder: Path) -> FilledFolders:
        store = cls(side, write(folder, side), FILES)
        store.run(0)
        return store

    @property
    def experiment(self) -> Path:
        """The folder of the experiment."""
        for meta in (self.folder / "mlruns").glob("*/meta.yaml"):
            if f"name: {EXPERIMENT}\n" in meta.read_text("utf-8"):
                return meta.parent
        raise SideError(f"no experiment {EXPERIMENT!r} in {self.folder / 'mlruns'}")

    def fill(self, numbers: Iterable[int]) -> None:
        experiment = self.experiment
        configs = experiment.glob("*/artifacts/.hydra/config.yaml")
        first = next(c for c in configs if "a: 0\n" in c.read_text("utf-8")).parents[2]
        for a in numbers:
            run_id = uuid.uuid4().hex
            copy = shutil.copytree(
                first, experiment / run_id, copy_function=shutil.copyfile
            )
            _change(copy / "meta.yaml", first.name, run_id)
            _change(copy / "artifacts" / ".hydra" / "config.yaml", "a: 0", f"a: {a}")
            _change(copy / "artifacts" / ".hydra" / "overrides.yaml", "a=0", f"a={a}")
            (copy / "params" / "a").write_text(str(a), "utf-8")

    def count(self) -> int:
        return sum(1 for _ in self.experiment.glob("*/meta.yaml"))


def _change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
