"""Whether a reference names something, without importing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.workflow.named import missing

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
import json.decoder
from os import path as where
raise SystemExit("imported")
CONSTANT: int = 1
first, (second, *rest) = 1, (2, 3)
def function(): ...
class Class: ...
try:
    import fast
except ImportError:
    def slow(): ...
if CONSTANT:
    with open("x") as file:
        inner = 1
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("raise SystemExit('imported')")
    (tmp_path / "package" / "module.py").write_text(MODULE)
    (tmp_path / "package" / "any.py").write_text("from os.path import *\n")
    (tmp_path / "package" / "empty.py").touch()
    (tmp_path / "package" / "broken.py").write_text("def (:\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        *("json", "where", "CONSTANT", "first", "second", "rest", "function", "Class"),
        *("fast", "slow", "file", "inner"),
    ],
)
def test_what_a_module_binds_is_there(name: str) -> None:
    assert missing(f"package.module:{name}") is None


@pytest.mark.parametrize(
    "ref", ["package.any:join", "package.broken:x", "json:loads", "math:pi"]
)
def test_what_cannot_be_told_is_taken_to_be_there(ref: str) -> None:
    assert missing(ref) is None


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("nope:x", "no module 'nope'"),
        ("package.nope:x", "no module 'package.nope'"),
        ("package.module.deeper:x", "no module 'package.module.deeper'"),
        ("package.module:functoin", "did you mean 'function'?"),
        ("package.module:decoder", "no 'decoder'"),
        ("package.empty:x", "no 'x'"),
    ],
)
def test_what_is_not_there_is_told(ref: str, said: str) -> None:
    assert said in str(missing(ref))
