"""What SQLite does for each query: it finds rows by an index, and sees no others."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from sweepflow.store.catalog import Catalog
from sweepflow.store.database import Database
from sweepflow.store.ledger import Ledger
from sweepflow.store.statements import Statements
from tests.store.conftest import a_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SEARCHES = ("hits", "leases", "endable", "beat", "end_run", "forget")
LOOKS: dict[str, Callable[[Catalog], Any]] = {
    "makers": lambda catalog: catalog.makers("a"),
    "maker within": lambda catalog: catalog.maker_within("p", "a", "n"),
    "latest": lambda catalog: catalog.latest("a"),
    "parts of": lambda catalog: catalog.parts_of(["a", "b"]),
    "texts": lambda catalog: catalog.texts(["a", "b"]),
    "readers": lambda catalog: catalog.readers("a"),
    "inputs": lambda catalog: catalog.inputs("a"),
    "outputs": lambda catalog: catalog.outputs("a"),
    "parts": lambda catalog: catalog.parts("a"),
    "text": lambda catalog: catalog.text("a"),
    "earlier": lambda catalog: catalog.earlier(a_run("a")),
    "atoms by tag": lambda catalog: catalog.atoms(tag="a"),
    "atoms by type": lambda catalog: catalog.atoms(type="a"),
}


def is_narrow(plan: Sequence[str]) -> bool:
    """Say that nothing looks at a whole table, or at all runs of a status."""
    whole = re.compile(r"SCAN (?!\w+ VIRTUAL)|runs_by_status|runs_by_start")
    return not any(whole.search(step) for step in plan)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Ledger(tmp_path / "ledger.db").close()
    return tmp_path / "ledger.db"


@pytest.mark.parametrize("name", SEARCHES)
def test_what_is_said_all_the_time(path: Path, name: str) -> None:
    with closing(Database(path)) as database:
        sql = getattr(Statements(database), name)
        parameters: dict[str, Any] = dict.fromkeys(re.findall(r":(\w+)", sql))
        rows = database.fetch(f"EXPLAIN QUERY PLAN {sql}", **parameters)
    assert is_narrow([row[3] for row in rows]), rows


@pytest.mark.parametrize("name", LOOKS)
def test_what_people_ask(path: Path, name: str) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_a: object, _b: object, sql: str, parameters: object, *_: object) -> None:
        asked.append((sql, parameters))

    with closing(Database(path)) as database:
        event.listen(database.engine, "before_cursor_execute", note)
        LOOKS[name](Catalog(database))
        event.remove(database.engine, "before_cursor_execute", note)
        [(sql, parameters)] = asked
        with database.reading() as connection:
            explain = f"EXPLAIN QUERY PLAN {sql}"
            rows = connection.exec_driver_sql(explain, parameters).all()
    assert is_narrow([row[3] for row in rows]), rows
