"""What the metrics of an MLflow run came to, told to who started the app's command.

Sweepflow names a folder to the commands that it runs; `engine/numbers.py` says what
stands there, and reads it.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

logger = logging.getLogger("sweepflow")

FOLDER: Final = "SWEEPFLOW_ATTEMPT"


def tell(run_id: str, metrics: Callable[[], Mapping[str, float]]) -> None:
    """Tell of a run, where somebody wants to know; it raises nothing.

    Args:
        run_id: Of the MLflow run.
        metrics: Gives its metrics as they are now; it is not called for nothing.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    try:
        line = json.dumps({"run": run_id, "metrics": dict(metrics())}).encode()
        _append(Path(folder, "numbers.jsonl"), line + b"\n")
    except Exception as error:  # noqa: BLE001 -- of whichever store; the run is over
        logger.warning("The metrics of run %s are not passed on: %s", run_id, error)


def _append(path: Path, line: bytes) -> None:
    # In one write: the jobs of a launcher do so at the same time.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(file, line)
    finally:
        os.close(file)
