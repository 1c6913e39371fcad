"""In what two runs differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sweepflow.operations import difference
from tests.recorded import record

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store.records import Json
    from sweepflow.store.store import Store


@pytest.mark.parametrize(
    ("first", "second"), [(1, 1.0), (1, True), (None, ""), (1, "1"), ([1], [2])]
)
def test_values_that_differ(first: Json, second: Json) -> None:
    found = difference.of_values({"x": first, "same": 1}, {"x": second, "same": 1})
    assert found == {"x": {"first": first, "second": second}}


@pytest.mark.parametrize("value", [None, math.nan, {"b": 1, "a": [2]}, "é"])
def test_equal_values(value: Json) -> None:
    assert difference.of_values({"x": value}, {"x": value}) == {}


def test_a_value_that_one_has_alone() -> None:
    assert difference.of_values({"b": None}, {"a": 1}) == {
        "a": {"second": 1},
        "b": {"first": None},
    }


def test_files_that_differ(store: Store) -> None:
    record(store, "a", files={"same": "1", "x": "1", "only": "1"})
    record(store, "b", files={"same": "1", "x": "2", "more": "1"})
    record(store, "c", status="failed", facts={"files": ["same"]})
    runs = {run.id: run for run in store.reader.runs()}

    found = difference.of_files(store, runs["a"], runs["b"])
    assert {name: list(sides) for name, sides in found.items()} == {
        "more": ["second"],
        "only": ["first"],
        "x": ["first", "second"],
    }
    found = difference.of_files(store, runs["c"], runs["a"])
    assert found["same"]["first"] == "not stored"


def sources(store: Store, folder: Path, *texts: dict[str, bytes]) -> None:
    """Record runs 0, 1… with these sources."""
    for n, files in enumerate(texts):
        place = folder / str(n)
        for name, data in files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        record(store, str(n), source=store.objects.put(place).digest)


def test_sources_that_differ(store: Store, tmp_path: Path) -> None:
    before = {"a.py": b"x = 1\ny = 2", "same.py": b"pass", "p/old.py": b"1\n"}
    after = {"a.py": b"x = 1\ny = 3", "same.py": b"pass", "b.bin": b"\xff"}
    sources(store, tmp_path, before, after)
    runs = [store.reader.get(n) for n in "01"]

    assert difference.of_sources(store, *runs) == [
        "--- 0/a.py",
        "+++ 1/a.py",
        "@@ -1,2 +1,2 @@",
        " x = 1",
        "-y = 2",
        "+y = 3",
        "0/b.bin and 1/b.bin differ, and are no text",
        "--- 0/p/old.py",
        "+++ 1/p/old.py",
        "@@ -1 +0,0 @@",
        "-1",
    ]
    assert difference.of_sources(store, runs[0], runs[0]) == []


def test_sources_that_are_not_there(store: Store, tmp_path: Path) -> None:
    sources(store, tmp_path, {"a.py": b"1"})
    record(store, "none")
    record(store, "gone", source=f"{'0' * 64}.tree")
    run, none, gone = (store.reader.get(n) for n in ("0", "none", "gone"))

    assert difference.of_sources(store, none, none) == []
    assert difference.of_sources(store, run, none) == ["of run none, no source is kept"]
    [line] = difference.of_sources(store, run, gone)
    assert "0" * 64 in line


def test_texts_that_are_long_are_not_gone_through() -> None:
    long = b"x\n" * 600_000
    found = difference.of_texts(long, long + b"y\n", "a", "b")
    assert found == ["a and b differ, and are too long to say how"]


def test_logs_that_differ(tmp_path: Path) -> None:
    log, long = tmp_path / "log", tmp_path / "long"
    log.write_text("x\n")
    long.write_bytes(b"x" * 2_000_000)

    assert difference.of_logs(log, log, "a", "b") == []
    assert difference.of_logs(log, tmp_path / "none", "a", "b")[-1] == "-x"
    assert difference.of_logs(None, log, "a", "b")[-1] == "+x"
    [line] = difference.of_logs(log, long, "a", "b")
    assert line == "a and b are too long to be compared"
