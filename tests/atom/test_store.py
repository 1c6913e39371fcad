"""Which store atoms come from and go to."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from sweepflow.atom import Atom
from sweepflow.errors import ProjectError
from sweepflow.here import current_store
from sweepflow.store import Home
from sweepflow.store.store import Store, store_in_use, use_store
from tests.atom.conftest import run_python

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder within a folder."""
    folder = tmp_path / "above" / "here"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SWEEPFLOW_HOME", raising=False)
    return folder


def root() -> Path:
    return current_store().home.root


def test_it_is_that_of_the_working_folder(folder: Path) -> None:
    assert root() == folder / ".sweepflow"
    assert current_store() is current_store()
    assert not (folder / ".sweepflow").exists()


def test_it_is_that_of_the_project_around(folder: Path) -> None:
    (folder.parent / "sweepflow.yaml").write_text("store: state")
    assert root() == folder.parent / "state"


def test_a_home_around_is_a_project(folder: Path) -> None:
    (folder.parent / ".sweepflow").mkdir()
    assert root() == folder.parent / ".sweepflow"
    (folder / "hydraflow.yaml").write_text("jobs: {}")
    assert root() == folder / ".sweepflow"


def test_a_project_that_is_not_valid_is_told(folder: Path) -> None:
    (folder / "sweepflow.yaml").write_text("jbos: {}")
    with pytest.raises(ProjectError, match="jbos"):
        current_store()


def test_a_named_home_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sweepflow.yaml").write_text("not valid")
    monkeypatch.setenv("SWEEPFLOW_HOME", str(folder / "named"))
    assert root() == folder / "named"


def test_the_one_in_use_wins_while_it_is(folder: Path) -> None:
    outer, inner = (Store(Home.of(folder / name)) for name in "ab")
    with use_store(outer):
        with use_store(inner):
            assert current_store() is inner
        assert current_store() is outer
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(current_store).result() is outer
    assert store_in_use() is None


def test_threads_keep_to_their_own(folder: Path) -> None:
    stores = [Store(Home.of(folder / str(i))) for i in range(4)]

    def find(store: Store) -> list[Store]:
        with use_store(store):
            return [current_store() for _ in range(100)]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(find, stores)) == [[store] * 100 for store in stores]


def test_a_closed_store_opens_again(store: Store) -> None:
    atom = Atom.create("t", data="hello")
    store.close()
    assert atom.made_from == {}
    assert atom.load() == "hello"


def test_a_ledger_that_cannot_be_written_is_read(store: Store) -> None:
    atom = Atom.create("t", data="hello", metadata={"a": 1})
    store.close()
    subprocess.run(["chmod", "-R", "a-w", store.home.root], check=True)
    ask = "from sweepflow.atom import Atom; print(Atom.get('t').metadata)"
    assert run_python(store.home, ask) == "{'a': 1}\n"
    subprocess.run(["chmod", "-R", "u+w", store.home.root], check=True)
    assert atom == Atom.get("t")
