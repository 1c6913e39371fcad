from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.operations.requirements.wanting import Bench, places_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(places_in(tmp_path))
