"""What the tests of training share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

REPOSITORY = __file__.rsplit("/tests/", 1)[0]


@pytest.fixture(scope="class")
def class_home(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """Have a home for all tests of a class, where processes of ours find the tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, home)
        yield home


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a home for a single test."""
    set_environment(monkeypatch, home := tmp_path / "own")
    return home


def set_environment(patch: pytest.MonkeyPatch, home: Path) -> None:
    patch.setenv("SWEEPFLOW_HOME", str(home))
    patch.setenv("PYTHONPATH", REPOSITORY)
    patch.setenv("HF_HUB_OFFLINE", "1")
    patch.setenv("OMP_NUM_THREADS", "1")
