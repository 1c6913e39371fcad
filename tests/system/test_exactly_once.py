"""Every configuration is finished exactly once, whatever is killed on the way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from tests.engine.processes import wait_for
from tests.system.conftest import environment, runs_of, search

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.conftest import Sweepflow

APP = """
import os, time
from dataclasses import dataclass
from pathlib import Path

import sweepflow

@dataclass
class Config:
    a: int = 0
    b: int = 0

@sweepflow.main(Config)
def app(run, cfg):
    with Path("pids").open("a") as file:
        file.write(f"{os.getpid()}\\n")
    time.sleep(0.3)
    with Path("done").open("a") as file:  # one short write: atomic
        file.write(f"{cfg.a} {cfg.b}\\n")

if __name__ == "__main__":
    app()
"""

PROJECT = """
jobs:
  j:
    run: python app.py
    sets:
      - each: a=1,2
        all: b=1:4
"""

EVERY = {f"{a} {b}" for a in (1, 2) for b in (1, 2, 3, 4)}


def set_up(folder: Path) -> None:
    (folder / "app.py").write_text(APP)
    (folder / "sweepflow.yaml").write_text(PROJECT)


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "sweepflow", "run", "j", "--jobs", "2"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def assert_exactly_once(folder: Path) -> None:
    runs = runs_of(folder, "j")
    assert Counter(run.info.status for run in runs) == {"FINISHED": len(EVERY)}
    found = Counter(f"{r.data.params['a']} {r.data.params['b']}" for r in runs)
    assert found == dict.fromkeys(EVERY, 1)


def test_kill_9_of_the_driver(sweepflow: Sweepflow, tmp_path: Path) -> None:
    set_up(tmp_path)
    for _ in range(3):
        (tmp_path / "pids").unlink(missing_ok=True)
        with start(tmp_path) as driver:
            # Where the machine was slow to kill, nothing may be left to do.
            while driver.poll() is None and not (tmp_path / "pids").exists():
                time.sleep(0.01)
            time.sleep(random.uniform(0, 0.5))  # noqa: S311 - any instant will do
            driver.kill()

    result = sweepflow("run", "j", "--jobs", "2")

    assert result.returncode == 0, result
    assert_exactly_once(tmp_path)
    assert Counter((tmp_path / "done").read_text().splitlines()).keys() == EVERY


def test_kill_9_of_an_app(sweepflow: Sweepflow, tmp_path: Path) -> None:
    set_up(tmp_path)
    with start(tmp_path) as driver:
        wait_for(tmp_path / "pids", seconds=60)
        os.kill(int((tmp_path / "pids").read_text().split()[0]), signal.SIGKILL)
        assert driver.wait(timeout=120) == 1  # one failed, the other went on

    result = sweepflow("run", "j", "--jobs", "2")

    assert result.returncode == 0, result
    assert_exactly_once(tmp_path)
    done = Counter((tmp_path / "done").read_text().splitlines())
    assert done == dict.fromkeys(EVERY, 1)


def test_eight_apps_at_once_on_a_server(server: str, tmp_path: Path) -> None:
    set_up(tmp_path)
    # Two drivers with four apps each; the server has the experiments of other tests.
    project = (tmp_path / "sweepflow.yaml").read_text().replace("a=1,2", "a=1:4")
    (tmp_path / "sweepflow.yaml").write_text(project.replace("b=1:4", "b=1,2"))
    env = environment() | {"MLFLOW_TRACKING_URI": server}
    command = [sys.executable, "-m", "sweepflow", "run", "j", "--jobs", "4"]
    name = ["--", f"hydra.job.name=server-{os.getpid()}"]
    drivers = [
        subprocess.Popen([*command, *name], cwd=tmp_path, env=env) for _ in range(2)
    ]

    assert [driver.wait(timeout=300) for driver in drivers] == [0, 0]

    runs = search(server, f"server-{os.getpid()}")
    assert Counter(run.info.status for run in runs) == {"FINISHED": 8}
    found = Counter((r.data.params["a"], r.data.params["b"]) for r in runs)
    assert set(found.values()) == {1}
    done = Counter((tmp_path / "done").read_text().splitlines())
    assert done == {f"{a} {b}": 1 for a in (1, 2, 3, 4) for b in (1, 2)}


def test_eight_apps_at_once_in_an_empty_folder(tmp_path: Path) -> None:
    set_up(tmp_path)
    # Four drivers with two apps each.
    drivers = [start(tmp_path) for _ in range(4)]

    assert [driver.wait(timeout=300) for driver in drivers] == [0] * 4

    assert_exactly_once(tmp_path)
    done = Counter((tmp_path / "done").read_text().splitlines())
    assert done == dict.fromkeys(EVERY, 1)
