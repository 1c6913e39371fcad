"""Projects with many finished runs, made quickly from one real run.

The copies differ where real runs do: in the id, the flag `x`, and the time. The newer a
run, the less is `x`.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import uuid
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TIMES = ("initialized", "started", "stopped")
_SECOND = 1_000_000
"""In the microseconds of Guild."""


def fill_guild(home: Path, number: int) -> None:
    """Copy the one run that there is until there are `number`, in folders as that."""
    (first,) = (home / "runs").iterdir()
    attrs = first / ".guild" / "attrs"
    times = {name: int((attrs / name).read_text("utf-8")) for name in _TIMES}
    flags = (attrs / "flags").read_text("utf-8")
    for index in range(1, number):
        run_id = uuid.uuid4().hex
        copy = shutil.copytree(first, home / "runs" / run_id, symlinks=True)
        changed = {name: str(time + index * _SECOND) for name, time in times.items()}
        changed |= {
            "id": run_id,
            "flags": flags.replace("x: 0.0", f"x: {1 - index / number}"),
        }
        for name, text in changed.items():
            (copy / ".guild" / "attrs" / name).write_text(text, "utf-8")


def fill_sweepflow(home: Path, number: int) -> None:
    """Copy the rows of the one run that there is until there are those of `number`.

    Its folder is not copied; no listing reads it.
    """
    with closing(sqlite3.connect(home / "ledger.db")) as database, database:
        database.row_factory = sqlite3.Row
        run = dict(database.execute("SELECT * FROM runs").fetchone())
        scalars = [dict(row) for row in database.execute("SELECT * FROM scalars")]
        for index in range(1, number):
            run_id = uuid.uuid4().hex[: len(run["id"])]
            params = json.loads(run["params"]) | {"x": 1 - index / number}
            times = {n: run[n] + index for n in ("started_at", "finished_at")}
            changed = {"id": run_id, "params": json.dumps(params), **times}
            _insert(database, "runs", run | changed)
            for scalar in scalars:
                _insert(database, "scalars", scalar | {"run_id": run_id})


def _insert(
    database: sqlite3.Connection, table: str, row: Mapping[str, object]
) -> None:
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - the ledger's own names
    database.execute(statement, tuple(row.values()))
