"""Real parts for the apps under test: processes, an MLflow server, PostgreSQL."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.app import sqlite
from tests.app.parts import Ended, Here, RunApp, Runs, Start, all_runs, ended

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

APPS = Path(__file__).parent / "apps"
REQUIRED = "SWEEPFLOW_REQUIRE_REAL_PARTS"


@pytest.fixture
def start(tmp_path: Path) -> Generator[Start]:
    """Start apps in `tmp_path`; none is left at the end of the test."""
    processes: list[subprocess.Popen[str]] = []

    def start(*words: str, app: str = "train", **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(APPS / f"{app}.py"), *words],
            cwd=tmp_path,
            env=_clean_environment() | {"STARTS": str(tmp_path / "starts")} | env,
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


def _clean_environment() -> dict[str, str]:
    hidden = ("MLFLOW_", "HYDRA_", "PYTEST_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    return kept | {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}


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


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, which takes MLflow a second to make."""
    database = tmp_path_factory.mktemp("template") / "mlflow.db"
    sqlite.prepare(database)
    return database


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + 150
    while not ready():
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        assert time.monotonic() < deadline, f"{process.args} does not answer"
        time.sleep(0.1)


@contextmanager
def _running(
    command: Sequence[str],
    ready: Callable[[], bool],
    stop: signal.Signals,
    **options: Any,  # noqa: ANN401 -- of Popen
) -> Generator[None]:
    """Run a server until the end of the block; then `stop` it and its children."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, start_new_session=True, **options
    )
    try:
        _wait_until(ready, process)
        yield
    finally:
        os.killpg(process.pid, stop)
        process.wait(20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Generator[str]:
    """An MLflow server that hands artifacts on; its URL."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(template, folder / "server.db")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        try:
            answer = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            answer.request("GET", "/health")
            return answer.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False

    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder}/server.db"]
    command += ["--artifacts-destination", str(folder / "mlartifacts")]
    with (
        (folder / "log").open("wb") as log,
        _running(
            command,
            ready,
            signal.SIGKILL,
            cwd=folder,
            env=_clean_environment(),
            stdout=log,
            stderr=log,
        ),
    ):
        yield url


def _postgres_programs() -> Path:
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "postgres").exists() and (place / "initdb").exists():
            return place
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, and PostgreSQL (initdb, postgres) is not installed")
    pytest.skip("PostgreSQL (initdb, postgres) is not installed")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A PostgreSQL server with an empty database; its URL."""
    programs = _postgres_programs()
    folder = tmp_path_factory.mktemp("postgres")
    options: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.environ["PATH"]}}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        options["user"] = "nobody"
        shutil.chown(folder, "nobody")
        for parent in folder.parents:
            if parent.is_relative_to(tmp_path_factory.getbasetemp().parents[1]):
                parent.chmod(parent.stat().st_mode | 0o011)
    data = folder / "data"
    initdb = [programs / "initdb", "-D", data, "-U", "app", "-A", "trust", "-N"]
    subprocess.run(
        [*map(str, initdb), "-E", "UTF8", "--locale=C"],
        check=True,
        capture_output=True,
        **options,
    )
    port = str(_free_port())
    command = [programs / "postgres", "-D", data, "-p", port, "-k", folder, "-F"]

    def ready() -> bool:
        try:
            socket.create_connection(("127.0.0.1", int(port)), timeout=1).close()
        except OSError:
            return False
        return True

    with (
        (folder / "log").open("wb") as log,
        _running(
            list(map(str, command)),
            ready,
            signal.SIGINT,
            stdout=log,
            stderr=log,
            **options,
        ),
    ):
        yield f"postgresql+psycopg://app:secret@127.0.0.1:{port}/postgres"
