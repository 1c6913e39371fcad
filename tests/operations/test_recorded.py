"""Recorded runs as filters and columns see them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.operations.compare import columns, table
from sweepflow.operations.filters import parse
from sweepflow.operations.recorded import Recorded
from tests.recorded import BEGIN, record

if TYPE_CHECKING:
    from sweepflow.operations.recorded import RecordedRun
    from sweepflow.store.store import Store


def recorded(store: Store) -> dict[str, RecordedRun]:
    runs = store.reader.runs()
    return {each.run.id: each for each in Recorded(store, runs)}


def test_attributes_are_those_that_people_know(store: Store) -> None:
    record(
        store,
        "a",
        name="m:train",
        status="failed",
        exit_code=3,
        label="x",
        tags=("t", "u"),
        marked=True,
        parent="p",
        step="s",
    )
    [run] = recorded(store).values()
    found = {
        name: run.attribute(name)
        for name in (
            *("id", "kind", "name", "operation", "op", "status", "started", "stopped"),
            *("duration", "time", "label", "tags", "marked", "exit_status", "error"),
            *("host", "user", "parent", "step", "dir", "nope", "lr"),
        )
    }
    assert found == {
        "id": "a",
        "kind": "operation",
        "name": "m:train",
        "operation": "m:train",
        "op": "train",
        "status": "failed",
        "started": BEGIN,
        "stopped": BEGIN + 5,
        "duration": 5.0,
        "time": 5.0,
        "label": "x",
        "tags": ["t", "u"],
        "marked": True,
        "exit_status": 3,
        "error": None,
        "host": "h",
        "user": "u",
        "parent": "p",
        "step": "s",
        "dir": str(store.home.run("a")),
        "nope": None,
        "lr": None,
    }


def test_a_run_that_runs_lasts_until_now(store: Store) -> None:
    record(store, "a", status="running", started_at=time.time() - 100)
    [run] = recorded(store).values()
    assert 100 <= run.attribute("duration") < 200
    assert run.attribute("stopped") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lr < 0.1 and status = completed", ["a"]),
        ("loss < 0.5", ["b"]),
        ("scalar:lr > 5", ["b"]),
        ("op:train", ["a"]),
        ("operation = m:train", ["a"]),
        ("tag = t", ["a"]),
        ("duration > 1 and not marked = yes", ["a", "b"]),
        ("acc is undefined", ["b"]),
    ],
)
def test_filters_see_them(store: Store, text: str, found: list[str]) -> None:
    scalars = {"loss": (0.1, 0.9), "acc": 0.5}
    record(
        store, "a", name="m:train", params={"lr": 0.01}, scalars=scalars, tags=("t",)
    )
    record(store, "b", name="x", params={"lr": 0.2}, scalars={"loss": 0.4, "lr": 9.0})
    test = parse(text)
    assert sorted(n for n, run in recorded(store).items() if test(run)) == found


def test_columns_see_them_and_their_steps(store: Store) -> None:
    record(store, "p", params={"v": 5}, name="p")
    record(store, "a", parent="p", step="a", scalars={"loss": (3.0, 1.0, 2.0)})
    record(store, "q", parent="p", step="q", name="q")
    record(store, "b", parent="q", step="b", scalars={"loss": 9.0, "acc": 0.5})

    run = recorded(store)["p"]
    wanted = columns(
        ["a#loss as la, q/b#loss as lb, =v, .status", "min a#loss step", "acc"]
    )
    header, rows = table([(run, wanted)])

    assert header == ["la", "lb", "v", "status", "min a loss step", "acc"]
    assert rows == [[2.0, 9.0, 5, "completed", 1, 0.5]]


def test_numbers_and_steps_of_all_are_read_at_once(store: Store) -> None:
    for n in range(5):
        record(store, f"p{n}")
        record(store, f"c{n}", parent=f"p{n}", step="s", scalars={"loss": float(n)})
    parents = [run for run in store.reader.runs() if run.parent is None]
    among = Recorded(store, parents)

    losses = {each.run.id: each.steps["s"].scalars["loss"].last for each in among}

    assert losses == {f"p{n}": float(n) for n in range(5)}
    [one, other, *_] = among
    assert one.among.steps is other.among.steps
