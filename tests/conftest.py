"""What all tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from sweepflow.store import Home
from tests.servers import (
    postgres,
    postgres_server,
    server,
    server_database,
    template,
)

# Fixtures for all.
__all__ = ["postgres", "postgres_server", "server", "server_database", "template"]

if TYPE_CHECKING:
    from pathlib import Path

# How long an example takes is no behaviour: this machine may have other work to do.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give an empty home."""
    home = Home(tmp_path / "home")
    home.prepare()
    return home
