"""A project with many finished runs: copies of a real one, with other values."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.measure import run
from benchmarks.projects import SQLITE

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.measure import Side

EXPERIMENT = "train"

KEYS = (
    *("lr", "seed", "batch_size", "epochs"),
    *("model.name", "model.layers", "model.dropout"),
    *("optimizer.name", "optimizer.decay", "data.path", "data.shuffle"),
)
"""Of the configuration."""

_APP = """
from dataclasses import dataclass, field

import sweepflow


@dataclass
class Model:
    name: str = "transformer"
    layers: int = 12
    dropout: float = 0.1


@dataclass
class Optimizer:
    name: str = "adamw"
    decay: float = 0.01


@dataclass
class Data:
    path: str = "data/train.csv"
    shuffle: bool = True


@dataclass
class Config:
    lr: float = 0.5
    seed: int = -1
    batch_size: int = 32
    epochs: int = 10
    model: Model = field(default_factory=Model)
    optimizer: Optimizer = field(default_factory=Optimizer)
    data: Data = field(default_factory=Data)


@sweepflow.main(Config)
def app(run, cfg):
    import mlflow

    mlflow.log_metrics({"loss": 0.25, "accuracy": 0.75})


if __name__ == "__main__":
    app()
"""


@dataclass(frozen=True)
class Runs:
    """The project's folder, with a database of MLflow's and its artifacts."""

    folder: Path
    first: str

    @classmethod
    def make(cls, side: Side, folder: Path) -> Runs:
        """Make the project, and let its app run once."""
        folder.mkdir()
        (folder / f"{EXPERIMENT}.py").write_text(_APP, "utf-8")
        run(side, [side.python, f"{EXPERIMENT}.py"], folder, SQLITE)
        with closing(sqlite3.connect(folder / "mlflow.db")) as database:
            [[run_id]] = database.execute("SELECT run_uuid FROM runs").fetchall()
        return cls(folder, run_id)

    def grow(self, count: int) -> None:
        """Add runs until there are so many."""
        with closing(sqlite3.connect(self.folder / "mlflow.db")) as database, database:
            [there] = database.execute("SELECT count(*) FROM runs").fetchone()
            rows = {table: _rows(database, table, self.first) for table in _TABLES}
            for number in range(there, count):
                self._copy(database, rows, number)

    def _copy(
        self, database: sqlite3.Connection, rows: dict[str, Any], number: int
    ) -> None:
        run_id, lr = uuid.uuid4().hex, number / 1e6
        changed = {"lr": str(lr), "seed": str(number)}
        for table, (names, found) in rows.items():
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 -- MLflow's own names
            for row in found:
                cells = dict(zip(names, row, strict=True)) | {"run_uuid": run_id}
                if table == "runs":
                    uri = cells["artifact_uri"].replace(self.first, run_id)
                    cells["artifact_uri"] = uri
                elif table == "params":
                    cells["value"] = changed.get(cells["key"], cells["value"])
                database.execute(statement, tuple(cells.values()))
        folder = next((self.folder / "mlruns").glob(f"*/{self.first}"))
        copy = folder.with_name(run_id)
        shutil.copytree(folder, copy, copy_function=shutil.copyfile)
        file = copy / "artifacts" / ".hydra" / "config.yaml"
        text = file.read_text("utf-8").replace("lr: 0.5\n", f"lr: {lr}\n")
        file.write_text(text.replace("seed: -1\n", f"seed: {number}\n"), "utf-8")


_TABLES = ("runs", "params", "tags", "metrics", "latest_metrics")


def _rows(database: sqlite3.Connection, table: str, run_id: str) -> Any:  # noqa: ANN401
    query = f"SELECT * FROM {table} WHERE run_uuid = ?"  # noqa: S608 -- MLflow's own names
    cursor = database.execute(query, (run_id,))
    return [column[0] for column in cursor.description], cursor.fetchall()
