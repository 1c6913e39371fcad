"""What the tests of provenance share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.provenance.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sweepflow.store import Home


@pytest.fixture
def world(home: Home, tmp_path: Path) -> Iterator[World]:
    """Give a store in which nothing happened yet."""
    folder = tmp_path / "made"
    folder.mkdir()
    with World(home, folder) as world:
        yield world
