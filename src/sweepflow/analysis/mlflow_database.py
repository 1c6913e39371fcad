"""The runs in MLflow's SQLite database, read without MLflow.

MLflow takes seconds to import, and for each thousand runs one more.
"""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sweepflow.analysis.tracked import TrackedRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_RUNS = """
    SELECT runs.run_uuid, experiments.name, runs.name, runs.status,
           runs.start_time, runs.end_time, runs.user_id, runs.artifact_uri
    FROM runs JOIN experiments ON experiments.experiment_id = runs.experiment_id
    WHERE runs.lifecycle_stage = 'active' AND experiments.lifecycle_stage = 'active'
      AND (?1 IS NULL OR experiments.name = ?1) AND (?2 IS NULL OR runs.status = ?2)
    ORDER BY runs.start_time DESC, runs.run_uuid LIMIT ?3
"""
_EXPERIMENTS = """
    SELECT count(*) FROM experiments WHERE lifecycle_stage = 'active' AND name = ?
"""
_PARAMS = """
    SELECT run_uuid, key, value FROM params
    WHERE run_uuid IN (SELECT value FROM json_each(?))
"""
_TAGS = """
    SELECT run_uuid, key, value FROM tags
    WHERE run_uuid IN (SELECT value FROM json_each(?))
"""
_METRICS = """
    SELECT run_uuid, key, CASE WHEN is_nan THEN NULL ELSE value END FROM latest_metrics
    WHERE run_uuid IN (SELECT value FROM json_each(?))
"""


def read_database(
    path: Path, experiment: str | None, status: str | None, limit: int | None
) -> list[TrackedRecord] | None:
    """Give the runs in a database, newest first; see `tracked_runs`.

    None says that MLflow has to be asked: the database cannot be read, has tables of
    another shape, or not one experiment of that name.
    """
    uri = f"file:{quote(str(path))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            if experiment is not None:
                [count] = database.execute(_EXPERIMENTS, (experiment,)).fetchone()
                if count != 1:  # there are workspaces, or there is none
                    return None
            asked = (experiment, status, -1 if limit is None else limit)
            return _records(database, database.execute(_RUNS, asked).fetchall())
    except sqlite3.Error:
        return None


def _records(database: sqlite3.Connection, runs: list[Any]) -> list[TrackedRecord]:
    ids = [run[0] for run in runs]
    queries = (_PARAMS, _TAGS, _METRICS)
    params, tags, metrics = (_values(database, query, ids) for query in queries)
    for values in metrics.values():
        values |= {k: math.nan for k, value in values.items() if value is None}
    return [
        TrackedRecord(
            *run[:7],
            artifacts=run[7] or "",
            params=params[run[0]],
            metrics=metrics[run[0]],
            tags=tags[run[0]],
        )
        for run in runs
    ]


def _values(
    database: sqlite3.Connection, query: str, ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {run_id: {} for run_id in ids}
    for run_id, key, value in database.execute(query, (json.dumps(ids),)):
        found[run_id][key] = value
    return found
