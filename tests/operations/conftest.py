"""What tests of operations share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sweepflow.store import Home


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """Give an empty store."""
    with Store(home) as store:
        yield store
