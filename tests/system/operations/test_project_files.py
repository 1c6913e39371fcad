"""The shapes of files that operations stand in, and what else these may require."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.system.operations.project import Project

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from tests.system.operations.conftest import Make

HELLO = "hello: {main: step, flags: {msg: hi}}"
SHAPES = {
    "operations": (HELLO, "hello"),
    "a model": (f"model: m\noperations:\n  {HELLO}", "m:hello"),
    "models": (f"- model: m\n  operations:\n    {HELLO}", "m:hello"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_guild_file_may_hold(make: Make, shape: str) -> None:
    text, name = SHAPES[shape]
    project = make(text)
    done = project.run("hello", "msg=x")
    assert done.stdout == f"{name} | x\n"
    assert [run.name for run in project.runs()] == [name]


def test_operations_stand_beside_jobs(tmp_path: Path) -> None:
    text = f"jobs: {{j: {{run: echo of a job}}}}\noperations:\n  {HELLO}\n"
    project = Project.make(tmp_path / "project", text, name="sweepflow.yaml")
    project.run("j")
    project.run("hello")
    assert [(run.kind, run.name) for run in project.runs()] == [
        ("job", "j"),
        ("operation", "hello"),
    ]
    assert "warning" not in project.run("hello").stderr


def test_a_configuration_file_that_is_required_has_the_flags(make: Make) -> None:
    project = make(
        "o:\n  exec: cat c.yaml\n  flags: {lr: 0.1, 'net.depth': 2, none: null}\n"
        "  requires: [{config: c.yaml, params: {seed: 7}}]\n"
    )
    project.write("lr: 1\nkept: a b\nnet: {depth: 1, width: 3}\n", "c.yaml")
    project.run("o", "lr=0.5")
    [run] = project.runs()
    assert yaml.safe_load(project.output(run)) == {
        "lr": 0.5,
        "kept": "a b",
        "net": {"depth": 2, "width": 3},
        "seed": 7,
    }


def test_a_module_that_is_not_there_fails_the_run_with_a_hint(make: Make) -> None:
    project = make(
        "o: {exec: echo, requires: [{module: json}]}\n"
        "n: {exec: echo, requires: [{module: not_there, help: install it}]}\n"
    )
    project.run("o")
    done = project.run("n", status=1)
    assert "not_there" in done.stderr
    assert "hint: install it" in done.stderr


@contextmanager
def served(folder: Path) -> Generator[str]:
    """Give the address of a server of a folder's files."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_file_is_downloaded_once_and_a_server_that_is_gone_is_told(
    make: Make, tmp_path: Path
) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "data.txt").write_text("from afar")
    with served(tmp_path / "web") as address:
        project = make(
            f"o: {{main: train, requires: [{{url: '{address}/data.txt'}}]}}\n"
            f"n: {{main: train, requires: [{{url: '{address}/other.txt'}}]}}\n"
        )
        assert project.run("o").stdout == "o | data: from afar\n"
        assert "404" in project.run("n", status=1).stderr
    assert project.run("o").stdout == "o | data: from afar\n"
    done = project.run("n", status=1)
    assert f"{address}/other.txt" in done.stderr
    assert [run.status for run in project.runs()] == [
        "completed",
        "failed",
        "completed",
        "failed",
    ]
