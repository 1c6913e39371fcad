"""An app that logs metrics, and says whether it needed MLflow."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sweepflow

if TYPE_CHECKING:
    from mlflow.entities import Run


@dataclass
class Config:
    lr: float = 0.1
    fails: bool = False


@sweepflow.main(Config)
def app(run: Run, cfg: Config) -> None:
    import mlflow

    for step, loss in enumerate((3.0, 2.0, cfg.lr)):
        mlflow.log_metric("loss", loss, step)
    mlflow.log_metric("nothing", float("nan"))
    if cfg.fails:
        raise ValueError("no more")


if __name__ == "__main__":
    app()
    sys.stdout.write(f"loss: 7\nMLflow was imported: {'mlflow' in sys.modules}\n")
