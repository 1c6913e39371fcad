"""An app for launchers that run its jobs in other processes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sweepflow

if TYPE_CHECKING:
    from mlflow.entities import Run


@dataclass
class Config:
    lr: float = 0.1
    batch_size: int = 32
    total: float = 0.0


def update(cfg: Config) -> None:
    cfg.total = cfg.lr * cfg.batch_size


@sweepflow.main(Config, tracking_uri="sqlite:///runs/mine.db", update=update)
def app(run: Run, cfg: Config) -> int:
    import mlflow

    mlflow.log_metric("pid", os.getpid())
    return os.getpid()


if __name__ == "__main__":
    app()
