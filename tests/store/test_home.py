from __future__ import annotations

from pathlib import Path

import pytest

from sweepflow.errors import StoreError
from sweepflow.store import Home
from sweepflow.store.ledger import Ledger

URL = "postgresql://ada:s3cr3t@host/db"


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "LEDGER", "OBJECTS"):
        monkeypatch.delenv(f"SWEEPFLOW_{name}", raising=False)


def test_everything_has_its_place_beside_the_project(tmp_path: Path) -> None:
    home = Home.of(tmp_path)
    root = tmp_path / ".sweepflow"
    assert home == Home(root, root / "ledger.db", root / "objects")
    assert home.attempt("abc", 2) == root / "runs/abc/.attempts/2"
    assert home.workspace == root / "tmp"
    assert Home.named() is None


def test_the_project_may_say_otherwise(tmp_path: Path) -> None:
    home = Home.of(tmp_path, tmp_path / "s", URL, "s3://bucket/x")
    assert home == Home(tmp_path / "s", URL, "s3://bucket/x")
    home = Home.of(tmp_path, None, str(tmp_path / "l.db"), tmp_path / "o")
    assert home == Home(tmp_path / ".sweepflow", tmp_path / "l.db", tmp_path / "o")


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SWEEPFLOW_LEDGER", URL)
    monkeypatch.setenv("SWEEPFLOW_OBJECTS", "s3://bucket/y")
    here = Home(tmp_path / "s", URL, "s3://bucket/y")
    assert Home.of(tmp_path, tmp_path / "s", tmp_path / "l.db", "s3://bucket/x") == here
    assert Home.named() is None
    monkeypatch.setenv("SWEEPFLOW_HOME", "s")
    assert Home.of(tmp_path, tmp_path / "t") == Home.named() == here
    monkeypatch.setenv("SWEEPFLOW_LEDGER", "l.db")
    assert Home.of(tmp_path).ledger == tmp_path / "l.db"


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    assert "s3cr3t" not in repr(Home.of(tmp_path, ledger=URL))


def test_whether_anything_ran(tmp_path: Path) -> None:
    home = Home.of(tmp_path)
    assert not home.has_ledger()
    home.prepare()
    assert isinstance(home.ledger, Path)
    Ledger(home.ledger).close()
    assert home.has_ledger()
    assert Home(tmp_path, URL).has_ledger()


def test_git_leaves_it_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "a/b", tmp_path / "c/d/ledger.db")
    home.prepare()
    home.prepare()
    assert (home.root / ".gitignore").read_text("utf-8") == "*\n"
    assert (tmp_path / "c/d").is_dir()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write to .*file/home"):
        Home.of(tmp_path, tmp_path / "file" / "home").prepare()


@pytest.mark.parametrize("variable", ["HOME", "LEDGER", "OBJECTS"])
@pytest.mark.parametrize("name", ["~nobody-of-this-name/x", "link/x"])
def test_a_path_that_leads_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to("link")
    monkeypatch.setenv(f"SWEEPFLOW_{variable}", name)
    with pytest.raises(StoreError, match=name):
        Home.of(tmp_path).prepare()
