"""What the package offers, and what it costs to import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import sweepflow.sweep

PACKAGE = Path(sweepflow.sweep.__file__).parent


def test_all_public_names_are_there() -> None:
    assert set(sweepflow.sweep.__all__) == {
        "DEFAULT_LIMIT",
        "Sweep",
        "SweepSyntaxError",
        "collect",
        "count",
        "expand",
    }
    assert all(hasattr(sweepflow.sweep, name) for name in sweepflow.sweep.__all__)


def test_it_needs_nothing_but_the_standard_library() -> None:
    imported = {
        name
        for path in PACKAGE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    ours = {name for name in imported if name.startswith("sweepflow")}
    assert all(name.startswith("sweepflow.sweep") for name in ours)
    assert {
        name.partition(".")[0] for name in imported - ours
    } <= sys.stdlib_module_names


def test_it_imports_nothing_slow() -> None:
    script = "import sweepflow, sys; old = set(sys.modules); import sweepflow.sweep; "
    script += "print(*sorted(set(sys.modules) - old))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    new = {name for name in done.stdout.split() if not name.startswith("sweepflow")}
    assert not new & {"re", "dataclasses", "inspect", "decimal", "unicodedata", "json"}


def test_every_module_is_read_in_one_sitting() -> None:
    sizes = {p.name: len(p.read_text().splitlines()) for p in PACKAGE.glob("*.py")}
    assert max(sizes.values()) < 300, sizes


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []
