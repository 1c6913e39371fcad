"""An app that works in its artifact folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sweepflow

if TYPE_CHECKING:
    from mlflow.entities import Run


@dataclass
class Config:
    chdir: str = "yes"


@sweepflow.main(Config, chdir=True)
def app(run: Run, cfg: Config) -> None:
    Path("result.txt").write_text(cfg.chdir)


if __name__ == "__main__":
    app()
