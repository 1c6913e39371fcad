"""Runs of a server: many pages, damaged runs, and servers of another kind."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from mlflow import MlflowClient

from sweepflow.analysis import AnalysisError, DamagedRunWarning, mlflow_server, runs
from sweepflow.analysis.mlflow_server import read_server
from sweepflow.analysis.mlflow_store import by_client
from sweepflow.analysis.tracked import TrackedRecord

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

COUNT = 11


@pytest.fixture
def experiment(server: str, request: pytest.FixtureRequest) -> str:
    """An experiment of 11 runs, named by their order."""
    client = MlflowClient(server)
    name = request.node.name
    found = client.create_experiment(name)
    for number in range(COUNT):
        run = client.create_run(found, start_time=number + 1, run_name=str(number))
        client.log_metric(run.info.run_id, "loss", float("nan") if number else 0.5)
    return name


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mlflow_server, "PAGE", 2)


@pytest.mark.parametrize("limit", [None, 1, 2, 3, 9, 11, 20])
def test_pages_come_in_order(server: str, experiment: str, limit: int | None) -> None:
    found = runs(tracking_uri=server, experiment=experiment, limit=limit)
    names = [str(number) for number in range(COUNT)]
    assert found.to_list("name") == names[-limit if limit else None :]


def test_it_is_read_as_mlflow_reads_it(
    server: str, server_database: Path, experiment: str
) -> None:
    asked = (experiment, None, None)
    ours = [*by_client(server, *asked)]
    assert len(ours) == COUNT
    # The same database, by MLflow's own objects.
    assert repr(ours) == repr([*by_client(f"sqlite:///{server_database}", *asked)])


@pytest.mark.parametrize("damaged", [(4,), (0, 10), (10, 9), range(COUNT)])
def test_what_the_server_fails_with_is_named_and_left_out(
    server: str, server_database: Path, experiment: str, damaged: tuple[int, ...]
) -> None:
    with closing(sqlite3.connect(server_database, timeout=30)) as database, database:
        for number in damaged:
            database.execute(
                "UPDATE runs SET end_time = 'x' WHERE name = ? AND experiment_id = "
                "(SELECT experiment_id FROM experiments WHERE name = ?)",
                (str(number), experiment),
            )
    with pytest.warns(DamagedRunWarning) as warned:
        found = runs(tracking_uri=server, experiment=experiment)
    names = [str(n) for n in range(COUNT) if n not in damaged]
    assert found.to_list("name") == names
    assert sorted(str(each.message) for each in warned) == sorted(
        f"left out the run number {COUNT - n} of those asked for: "
        "the server fails with it (500)"
        for n in damaged
    )


def test_a_server_that_fails_with_all_is_not_asked_forever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mlflow_server, "PAGE", 1000)
    with serving({}, status=500) as (url, asked):
        with pytest.raises(AnalysisError, match="cannot give its runs"):
            list(read_server(url, {"1": "x"}, "", None))
        assert len(asked) < 100


def test_servers_with_tokens_of_their_own_are_asked_in_turn() -> None:
    pages = {
        None: {"runs": [a_run("a"), a_run("b")], "next_page_token": "more"},
        "more": {"runs": [a_run("b"), a_run("c")], "next_page_token": ""},
    }
    with serving(pages) as (url, asked):
        found = [*read_server(url, {"1": "x"}, "q", None)]
    assert [run.id for run in found if isinstance(run, TrackedRecord)] == [*"abc"]
    assert [each["page_token"] for each in asked] == [None, "more"]
    assert {each["filter"] for each in asked} == {"q"}


def test_what_is_not_whole_is_told_and_left_out() -> None:
    broken: list[Any] = [a_run("a") for _ in range(4)]
    del broken[0]["info"]["status"]
    broken[1]["data"] = {"metrics": [{"key": "loss", "value": "high"}]}
    broken[2] = {}
    broken[3]["data"] = {"tags": 3}
    with serving({None: {"runs": [*broken, a_run("z")]}}) as (url, _):
        *told, last = read_server(url, {"1": "x"}, "", None)
    assert isinstance(last, TrackedRecord)
    assert [str(each).partition(" (")[0] for each in told] == [
        "a: the server's answer is not whole",
        "a: the server's answer is not whole",
        "without an id: the server's answer is not whole",
        "a: the server's answer is not whole",
    ]
    assert "'status'" in str(told[0])


def a_run(run_id: str) -> dict[str, Any]:
    info = {"run_id": run_id, "experiment_id": "1", "status": "FINISHED"}
    return {"info": info, "data": {"metrics": [{"key": "loss", "value": "NaN"}]}}


@contextmanager
def serving(
    answers: dict[str | None, Any], status: int = 200
) -> Generator[tuple[str, list[dict[str, Any]]]]:
    """A server that has an answer to each token; its URL, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked.append(json.loads(self.rfile.read(length)))
            self.send_response(status)
            self.end_headers()
            data = answers.get(asked[-1]["page_token"], {})
            self.wfile.write(json.dumps(data).encode())

        def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
