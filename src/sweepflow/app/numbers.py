"""What an MLflow run was of and came to, told to who started the app's command.

Sweepflow names a folder to the commands that it runs; `engine/numbers.py` says what
stands there, and reads it.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sweepflow.sweep.scalars import read_params

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

logger = logging.getLogger("sweepflow")

FOLDER: Final = "SWEEPFLOW_ATTEMPT"


def tell(
    run_id: str,
    overrides: Iterable[str],
    metrics: Callable[[], Mapping[str, float]],
    *,
    status: str = "completed",
) -> None:
    """Tell of a run, where somebody wants to know; it raises nothing.

    Args:
        run_id: Of the MLflow run.
        overrides: What its configuration was composed with. The configuration itself
            may hold secrets of the environment.
        metrics: Gives its metrics as they are now; it is not called for nothing.
        status: `completed` or `failed`.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    try:
        told = {"run": run_id, "status": status, "params": read_params(overrides)}
        line = json.dumps({**told, "metrics": dict(metrics())})
        _append(Path(folder, "numbers.jsonl"), line.encode() + b"\n")
    except Exception as error:  # noqa: BLE001 -- of whichever store; the run is over
        logger.warning("The metrics of run %s are not passed on: %s", run_id, error)


def _append(path: Path, line: bytes) -> None:
    # In one write: the jobs of a launcher do so at the same time.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(file, line)
    finally:
        os.close(file)
