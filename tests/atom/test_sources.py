"""Sources of runs, which are no atoms, are looked after with these."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.atom import upkeep
from sweepflow.store.records import Ending, Run
from tests.atom.conftest import PROVENANCE

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store.store import Store


@pytest.fixture
def source(store: Store, tmp_path: Path) -> str:
    """Give the object that holds the source of the completed run `r`."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "train.py").write_text("pass")
    source = store.objects.put(folder).digest
    run = Run("r", "p", "operation", "o", "t", "c", "/", PROVENANCE, 0, source=source)
    store.ledger.start(run)
    store.ledger.commit([Ending("r", "completed", 1.0)])
    return source


def test_they_stay_as_long_as_the_run(store: Store, source: str) -> None:
    assert upkeep.collect(store).objects == 0
    assert store.objects.has(source)

    store.ledger.curator.remove(["r"], 2.0)
    assert upkeep.collect(store).objects == 0

    store.ledger.curator.purge(["r"])
    assert upkeep.collect(store).objects == 2
    assert not store.objects.has(source)


def test_one_that_is_gone_is_told(store: Store, source: str) -> None:
    assert upkeep.verify(store).damage == []
    store.objects.collect(list, dry_run=False)
    found = upkeep.verify(store)
    assert [(each.digest, each.problem) for each in found.damage] == [
        (source, "missing")
    ]
    assert found.atoms == []
