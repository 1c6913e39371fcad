"""Ledgers on both databases, and records to put into them."""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.store.ledger import Ledger
from sweepflow.store.records import (
    AtomRecord,
    Claim,
    Ending,
    Output,
    Provenance,
    Reuse,
    Run,
    sha256,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sweepflow.store import Home

HERE = Provenance(
    host="h",
    user="u",
    git_commit=None,
    git_dirty=None,
    python="3",
    sweepflow="0",
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, home: Home) -> Path | str:
    """Give the address of a ledger that is not there yet."""
    if request.param == "sqlite":
        return home.ledger
    url = request.getfixturevalue("postgres_server")
    import psycopg

    schema = f"s{secrets.token_hex(8)}"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"'.encode())
    return f"{url}?options=-csearch_path%3D{schema}"


@pytest.fixture
def ledger(address: Path | str) -> Iterator[Ledger]:
    with closing(Ledger(address)) as ledger:
        yield ledger


def a_run(run_id: str, **columns: Any) -> Run:  # noqa: ANN401 - those of Run
    given: dict[str, Any] = {
        "plan_id": "p",
        "kind": "job",
        "name": "n",
        "task": "t",
        "command": "true",
        "cwd": "/",
        "provenance": HERE,
        "started_at": 0.0,
        "params": {"lr": "0.1"},
    }
    return Run(id=run_id, **(given | columns))


def a_claim(run_id: str, work: str = "work", **columns: Any) -> Claim:  # noqa: ANN401
    run = a_run(run_id, fingerprint=sha256(work), **({"driver": "d"} | columns))
    return Claim(run, inputs={}, parts={"work": work}, texts={})


def an_atom(data: str, *, created_at: float = 0.0, **facts: Any) -> AtomRecord:  # noqa: ANN401
    given: dict[str, Any] = {"name": "out", "type": "dataset", "size": 1}
    output = Output(digest=sha256(data), **(given | facts))
    return AtomRecord.of(output, "u", created_at)


def an_ending(run_id: str, *data: str, status: str = "completed") -> Ending:
    outputs = {f"out{n}": an_atom(text) for n, text in enumerate(data)}
    return Ending(run_id, status, finished_at=1.0, outputs=outputs)


def a_reuse(run_id: str, source: str, work: str, *atoms: AtomRecord) -> Reuse:
    run = a_run(run_id, fingerprint=sha256(work), status="cached", cached_from=source)
    return Reuse(run, {}, {f"out{n}": atom.id for n, atom in enumerate(atoms)})


def did(ledger: Ledger, claim: Claim, *data: str) -> None:
    """Do a piece of work: start it, and end it with outputs."""
    assert ledger.acquire([claim]) == {claim.run.id: None}
    assert ledger.commit([an_ending(claim.run.id, *data)]) == frozenset()
