"""Real servers on loopback: MLflow's own and PostgreSQL; each starts when asked for."""

from __future__ import annotations

import http.client
import os
import secrets
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

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

REQUIRED = "SWEEPFLOW_REQUIRE_REAL_PARTS"


def clean_environment() -> dict[str, str]:
    """Give this environment without what would reach into an app or a server."""
    hidden = ("MLFLOW_", "HYDRA_", "PYTEST_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
    return kept | {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, which takes MLflow a second to make."""
    database = tmp_path_factory.mktemp("template") / "mlflow.db"
    sqlite.prepare(database)
    return database


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
def server_database(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """The database of the MLflow server."""
    return Path(shutil.copy(template, tmp_path_factory.mktemp("server") / "server.db"))


@pytest.fixture(scope="session")
def server(server_database: Path) -> Generator[str]:
    """An MLflow server that hands artifacts on; its URL."""
    folder = server_database.parent
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
    command += ["--backend-store-uri", f"sqlite:///{server_database}"]
    command += ["--artifacts-destination", str(folder / "mlartifacts")]
    with (
        (folder / "log").open("wb") as log,
        _running(
            command,
            ready,
            signal.SIGKILL,
            cwd=folder,
            env=clean_environment(),
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


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """A PostgreSQL database that nobody has tables in yet; its URL."""
    import psycopg

    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(_plain(postgres_server), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{postgres_server.rpartition('/')[0]}/{name}"


def _plain(url: str) -> str:
    """Give a URL as psycopg knows it."""
    return url.replace("+psycopg", "")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A PostgreSQL server that all tests of a worker share; the URL of a database.

    Whoever makes tables in that does so in a schema of its own.
    """
    import psycopg

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
    url = f"postgresql+psycopg://app:secret@127.0.0.1:{port}/postgres"

    def ready() -> bool:  # it answers a moment before it lets anybody in
        try:
            psycopg.connect(_plain(url), connect_timeout=5).close()
        except psycopg.OperationalError:
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
        yield url
