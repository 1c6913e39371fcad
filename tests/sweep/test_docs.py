"""The page on the syntax works as it is written."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "sweep-syntax.md"


def _blocks(language: str) -> list[str]:
    """Give the fenced blocks of the page in one language."""
    _, *rest = PAGE.read_text(encoding="utf-8").split(f"```{language}\n")
    return [block.partition("```")[0] for block in rest]


@pytest.mark.parametrize("block", _blocks("python"))
def test_a_python_block_runs(block: str) -> None:
    exec(compile(block, PAGE.name, "exec"), {})  # noqa: S102 - our own page


@pytest.mark.parametrize("block", _blocks("console"))
def test_a_console_block_runs(block: str) -> None:
    for line in block.splitlines():
        prompt, program, *arguments = shlex.split(line)
        assert (prompt, program) == ("$", "sweepflow")
        done = subprocess.run(
            [sys.executable, "-m", program, *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout


def test_the_page_has_examples() -> None:
    assert len(_blocks("python")) > 10
    assert _blocks("console")
