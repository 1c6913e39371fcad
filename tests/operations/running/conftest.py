from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.operations.running.bench import Bench

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store.home import Home


@pytest.fixture
def bench(home: Home, tmp_path: Path) -> Bench:
    project = tmp_path / "project"
    project.mkdir()
    return Bench(home, project)
