"""A small Hydra app: each configuration becomes one MLflow run."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mlflow

import sweepflow

if TYPE_CHECKING:
    from mlflow.entities import Run

log = logging.getLogger(__name__)


@dataclass
class Config:
    """A screen, in pixels."""

    width: int = 1024
    height: int = 768


@sweepflow.main(Config)
def app(run: Run, cfg: Config) -> None:
    log.info("run %s: %d x %d", run.info.run_id, cfg.width, cfg.height)
    mlflow.log_metric("area", cfg.width * cfg.height)


if __name__ == "__main__":
    app()
