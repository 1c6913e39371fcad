"""The documentation is true: what it shows is executed.

A `python` block runs on its own. A block with a title is a file, there for the commands
that follow on the page. In a `console` block each `$` line runs, in a folder of the
page's own, and must succeed; what is shown below it must be what it prints, where `…`
stands for anything.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from tests.system.conftest import environment

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(
    r"^```(\w+)(?: title=\"(.+?)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    language: str
    title: str | None
    text: str


def blocks(page: Path) -> list[Block]:
    found = FENCE.findall(page.read_text("utf-8"))
    return [Block(language, title or None, text) for language, title, text in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for block in blocks(page):
        if block.language == "python" and block.title is None:
            module = ModuleType("docs")  # where a dataclass looks its own names up
            monkeypatch.setitem(sys.modules, "docs", module)
            code = compile(block.text, str(page), "exec", dont_inherit=True)
            exec(code, vars(module))  # noqa: S102 - it is ours


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_do_what_is_shown(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        if block.title:
            (tmp_path / block.title).write_text(block.text, "utf-8")
        elif block.language == "console":
            for command, shown in commands(block.text):
                run(command, shown, tmp_path)


def commands(text: str) -> list[tuple[str, str]]:
    """Split a console block into commands, each with what is shown below it."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert parts[0] == "", "a console block begins with a `$` line"
    pairs = (part.partition("\n") for part in parts[1:])
    return [(command, shown) for command, _, shown in pairs]


def run(command: str, shown: str, folder: Path) -> None:
    result = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}"
    if shown:
        pattern = ".*?".join(re.escape(part) for part in shown.split("…"))
        assert re.fullmatch(pattern, result.stdout, re.DOTALL), (
            f"{command} printed\n{result.stdout}\nand not\n{shown}"
        )


def test_there_is_something_to_run() -> None:
    kinds = [block.language for page in PAGES for block in blocks(page)]
    assert kinds.count("console") >= 5
    assert kinds.count("python") >= 10
