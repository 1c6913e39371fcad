"""An app whose one configuration can do all that an app may do."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import sweepflow

if TYPE_CHECKING:
    from mlflow.entities import Run

logger = logging.getLogger(__name__)


@dataclass
class Model:
    layers: list[int] = field(default_factory=lambda: [64, 32])


@dataclass
class Config:
    lr: float = 0.1
    batch_size: int = 32
    seconds: float = 0.0
    then: str = "return"
    model: Model = field(default_factory=Model)


@sweepflow.main(Config)
def app(run: Run, cfg: Config) -> float:
    logger.info("run %s with lr=%s", run.info.run_id, cfg.lr)
    with Path(os.environ.get("STARTS", os.devnull)).open("a") as starts:
        starts.write(f"{run.info.run_id} {cfg.lr} {cfg.batch_size}\n")
    time.sleep(cfg.seconds)
    deadline = time.monotonic() + 150
    while "UNTIL" in os.environ and not Path(os.environ["UNTIL"]).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # What the environment says is no part of the configuration: a second start with
    # the same one can end in another way.
    match os.environ.get("THEN", cfg.then):
        case "raise":
            raise ValueError("the loss is not a number")
        case "exit":
            sys.exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "terminate":
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        case _:
            pass
    return cfg.lr * 2


if __name__ == "__main__":
    app()
