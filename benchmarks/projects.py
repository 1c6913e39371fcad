"""The projects that the benchmarks run: the same one, in the syntax of each side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.measure import Side

APP = """\
from dataclasses import dataclass

import {package}


@dataclass
class Config:
    a: int = 0
    b: int = 0
    c: int = 0


@{package}.main(Config)
def app(run, cfg):
    pass


if __name__ == "__main__":
    app()
"""
"""An app that does nothing: what it costs is what tracking it costs."""

APP_FILE = "app.py"
SQLITE = {"MLFLOW_TRACKING_URI": "sqlite:///mlflow.db"}
FILES = {"MLFLOW_TRACKING_URI": "mlruns", "MLFLOW_ALLOW_FILE_STORE": "true"}
"""MLflow's stores. It has refused the second since 3.13 unless it is allowed so."""


@dataclass(frozen=True)
class Job:
    """A job of one set; `each` and `all` mean the same to both sides."""

    name: str
    run: str
    each: str
    all: str = ""


def write(folder: Path, side: Side, *jobs: Job) -> Path:
    """Make a project with these jobs and the empty app, and give its folder."""
    folder.mkdir(parents=True)
    ours = side.name == "sweepflow"
    sets, each, every = ("sets", "each", "all") if ours else ("steps", "batch", "args")
    lines = ["jobs:"]
    for job in jobs:
        lines += [f"  {job.name}:", f'    run: "{job.run}"', f"    {sets}:"]
        lines += [f'      - {each}: "{job.each}"']
        lines += [f'        {every}: "{job.all}"'] if job.all else []
    text = "\n".join(lines) + "\n"
    (folder / f"{side.name}.yaml").write_text(text, "utf-8")
    (folder / APP_FILE).write_text(APP.format(package=side.name), "utf-8")
    return folder
