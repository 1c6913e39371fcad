"""The same promises on every kind of MLflow store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, inspect

from sweepflow.store.ledger import Ledger
from tests.app.parts import all_runs, artifact

if TYPE_CHECKING:
    from pathlib import Path

    from tests.app.parts import Ended, RunApp

FILE_STORE = "MLFLOW_ALLOW_FILE_STORE"


@pytest.fixture(
    params=["sqlite", "file", "server", pytest.param("sql", marks=pytest.mark.postgres)]
)
def uri(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Give the tracking URI of a store of each kind."""
    monkeypatch.setenv(FILE_STORE, "true")
    match request.param:
        case "server":
            return request.getfixturevalue("server")
        case "sql":
            return request.getfixturevalue("postgres")
        case "file":
            return f"file://{tmp_path}/mlruns"
        case _:
            return f"sqlite:///{tmp_path}/a%20%25%41%3F/mlflow.db"


def test_fail_run_again_and_skip(uri: str, run: RunApp, tmp_path: Path) -> None:
    # Another name than those of the other tests on the same server.
    name = "fail_run_again_and_skip"
    layers = list(range(250))  # more than MLflow takes at once
    words = [f"model.layers={layers}", f"hydra.job.name={name}"]

    def start(then: str) -> Ended:
        env = {"MLFLOW_TRACKING_URI": uri, FILE_STORE: "true", "THEN": then}
        return run(*words, **env)

    failed = start("raise")
    assert failed.code == 1, failed.err
    assert "ValueError: the loss is not a number" in failed.err
    again = start("return")
    assert again.code == 0, again.err
    skipped = start("return")
    assert "Skipped: run" in skipped.out, skipped
    (only,) = [
        found for found in all_runs(uri) if "model.layers.249" in found.data.params
    ]
    assert only.info.status == "FINISHED"
    assert only.data.params["model.layers.249"] == "249"
    log = artifact(uri, only, f"{name}.log")
    assert log.count(f"run {only.info.run_id} with lr=0.1") == 2
    assert "the loss is not a number" in artifact(uri, only, "traceback.txt")
    assert "- 1\n" in artifact(uri, only, ".hydra/config.yaml")
    assert not list(tmp_path.rglob("*.lock"))


def test_a_file_store_needs_its_users_permission(run: RunApp, tmp_path: Path) -> None:
    refused = run(MLFLOW_TRACKING_URI="mlruns")
    assert refused.code == 2
    assert refused.err.startswith("error: cannot open the MLflow store file://")
    assert refused.err.splitlines()[-1] == (
        "hint: set MLFLOW_ALLOW_FILE_STORE=true to go on there, or unset "
        "MLFLOW_TRACKING_URI (or the option tracking_uri) for sqlite:///mlflow.db"
    )
    assert "Traceback" not in refused.err
    assert not (tmp_path / "mlruns").exists()


def test_the_first_start_beside_a_file_store_names_it(
    run: RunApp, tmp_path: Path
) -> None:
    old = run(MLFLOW_TRACKING_URI="mlruns", MLFLOW_ALLOW_FILE_STORE="true")
    assert old.code == 0, old.err
    assert "file store of earlier runs" not in old.out
    first = run("lr=2")
    assert first.code == 0, first.err
    (line,) = [line for line in first.out.splitlines() if "file store" in line]
    assert f"[WARNING] - {tmp_path}/mlruns is a file store of earlier runs" in line
    assert "MLFLOW_TRACKING_URI=mlruns and MLFLOW_ALLOW_FILE_STORE=true" in line
    assert "mlflow migrate-filestore" in line
    assert "file store" not in run("lr=3").out


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("http://user:hunter2@127.0.0.1:9", "Connection"),
        ("sqlite:///train.db", "file is not a database"),
        ("sqlite:////proc/nowhere/x.db", "No such file or directory"),
        ("sqlite:///:memory:", "forgets its runs"),
        ("nonsense://x", "nonsense"),
    ],
)
def test_a_store_that_cannot_be_opened_is_one_message(
    uri: str, says: str, run: RunApp, tmp_path: Path
) -> None:
    (tmp_path / "train.db").write_text("no database, but long enough to be looked at")
    refused = run(MLFLOW_TRACKING_URI=uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    assert refused.code == 2, refused
    assert refused.err.startswith("error: ")
    assert says in refused.err
    assert "Traceback" not in refused.err
    assert "hunter2" not in refused.err + refused.out


def test_a_ledger_of_ours_is_no_place_for_mlflow(run: RunApp, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    before = tables(f"sqlite:///{path}")
    refused = run(MLFLOW_TRACKING_URI="sqlite:///ledger.db")
    assert refused.code == 2
    assert refused.err.startswith(f"error: {path} is a ledger of Sweepflow")
    assert tables(f"sqlite:///{path}") == before


@pytest.mark.postgres
def test_nor_is_one_on_a_server(run: RunApp, postgres: str) -> None:
    Ledger(postgres).close()
    before = tables(postgres)
    refused = run(MLFLOW_TRACKING_URI=postgres)
    assert refused.code == 2
    assert "give MLflow a database of its own" in refused.err
    assert "secret" not in refused.err
    assert tables(postgres) == before


def tables(url: str) -> list[str]:
    engine = create_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return names


def test_chdir_needs_local_artifacts(server: str, run: RunApp) -> None:
    refused = run(app="chdir", MLFLOW_TRACKING_URI=server)
    assert refused.code == 2
    assert refused.err.startswith("error: chdir: the artifacts of http://127.0.0.1:")
    assert not [found for found in all_runs(server) if "chdir" in found.data.params]
