"""Files as their lines, and what is read from them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Protocol

import pytest

from sweepflow.errors import ProjectError
from sweepflow.project.operations.read import read_guild

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.project.operations.book import Operations


class Read(Protocol):
    def __call__(self, text: str) -> Operations: ...


class Problems(Protocol):
    def __call__(self, text: str) -> list[str]: ...


@pytest.fixture
def guild(tmp_path: Path) -> Read:
    """What a guild.yml with this text says."""

    def read(text: str) -> Operations:
        file = tmp_path / "guild.yml"
        file.write_text(textwrap.dedent(text))
        return read_guild(file)

    return read


@pytest.fixture
def problems(guild: Read, tmp_path: Path) -> Problems:
    """What is wrong with such a file, each as `LINE:COLUMN: MESSAGE`."""

    def read(text: str) -> list[str]:
        with pytest.raises(ProjectError) as caught:
            guild(text)
        return str(caught.value).replace(f"{tmp_path / 'guild.yml'}:", "").split("\n")

    return read
