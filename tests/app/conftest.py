"""Starting the apps under test, in processes of their own and here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.parts import Ended, Here, RunApp, Runs, Start, all_runs, ended
from tests.servers import clean_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

APPS = Path(__file__).parent / "apps"


@pytest.fixture
def start(tmp_path: Path) -> Generator[Start]:
    """Start apps in `tmp_path`; none is left at the end of the test."""
    processes: list[subprocess.Popen[str]] = []

    def start(*words: str, app: str = "train", **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(APPS / f"{app}.py"), *words],
            cwd=tmp_path,
            env=clean_environment() | {"STARTS": str(tmp_path / "starts")} | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def run(start: Start) -> RunApp:
    """Run an app as a process of its own until its end."""

    def run(*words: str, app: str = "train", **env: str) -> Ended:
        return ended(start(*words, app=app, **env))

    return run


@pytest.fixture
def starts(tmp_path: Path) -> Callable[[], list[str]]:
    """Give the lines that `apps/train.py` wrote, one for each time its body began."""

    def starts() -> list[str]:
        path = tmp_path / "starts"
        return path.read_text().splitlines() if path.exists() else []

    return starts


@pytest.fixture
def here(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    """Call an app in this process, in `tmp_path`, with the words as command line."""
    shutil.copy(template, tmp_path / "mlflow.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")  # else it exits on an exception

    def here(app: Callable[[], None], *words: str) -> None:
        monkeypatch.setattr(sys, "argv", ["app.py", *words])
        app()

    return here


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Give the runs in the default store."""
    return lambda: all_runs(f"sqlite:///{tmp_path}/mlflow.db")
