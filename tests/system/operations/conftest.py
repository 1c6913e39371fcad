"""Projects of operations, one a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.operations.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[[str], Project]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Give what makes the test's project, with a text as its guild.yml."""
    return lambda text: Project.make(tmp_path / "project", text)
