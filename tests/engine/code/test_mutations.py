"""Edits of a project, each with exactly the steps that it changes."""
# ruff: noqa: E501 - an edit is a line

from __future__ import annotations

import ast
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.engine.code.sample import (
    FILES,
    STEPS,
    digests,
    install,
    parts_of_steps,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.engine.code import Part


class Edit(NamedTuple):
    what: str
    file: str
    old: str
    new: str
    changes: str = ""


# What is added at the end has an empty `old`.
EDITS = [
    # what does not count
    Edit("a comment changed", "steps.py", "# as many rows as allowed", "# all"),
    Edit("a comment added", "pkg/deep.py", "    return rows", "    return rows  # so"),
    Edit("docstring of a step", "steps.py", '"""Load."""', '"""Load rows."""'),
    Edit("docstring removed", "pkg/text.py", '    """Strip."""\n', ""),
    Edit("docstring of a module", "steps.py", '"""The steps."""', '"""Steps."""'),
    Edit("docstring added", "pkg/base.py", "class Base:", 'class Base:\n    "It."'),
    Edit("blank lines", "pkg/deep.py", "\n\ndef shift", "\n\n\n\ndef shift"),
    Edit("indentation", "dynamic.py", "    return atoms[0]", "  return atoms[0]"),
    Edit("quotes", "names.py", '"a title"', "'a title'"),
    Edit("brackets", "config.py", "SIZE = 10", "SIZE = (10)"),
    Edit("a spelling of a number", "config.py", "SIZE = 10", "SIZE = 0xA"),
    Edit("trailing comma", "steps.py", "normalise(rows)", "normalise(\n  rows,\n  )"),
    Edit("an argument's annotation", "steps.py", "def outer(rows)", "def outer(rows: list)"),
    Edit("a result's annotation", "pkg/models.py", "int) -> None", "int) -> int"),
    Edit("a variable's annotation", "pkg/models.py", "rows: list[Row] = rows", "rows = rows"),
    Edit("a constant's annotation", "config.py", "SIZE = 10", "SIZE: int = 10"),
    Edit("an unused function", "steps.py", "", "def more():\n    return load\n"),
    Edit("an unused function's body", "steps.py", '"unused"', '"spare"'),
    Edit("an unused constant", "steps.py", "UNUSED = 1", "UNUSED = 2"),
    Edit("an unused constant elsewhere", "config.py", "SPARE = 1", "SPARE = 2"),
    Edit("a constant added", "config.py", "", "MORE = [SIZE]\n"),
    Edit("an unused import", "steps.py", "import config\n", "import config\nimport lonely\n"),
    Edit("an import split", "steps.py", "import build, names", "import build"),
    Edit("imports reordered", "steps.py", "import config\nimport fastlib", "import fastlib\nimport config"),
    Edit("an import of the checker", "steps.py", "import Never", "import Ever"),
    Edit("the main guard", "steps.py", "print(load(None, [], None))", "print(shout([]))"),
    Edit("an unrelated module", "lonely.py", "VALUE = 1", "VALUE = 2"),
    Edit("an unused neighbour", "pkg/deep.py", "def alone(rows):\n    return rows", "def alone(rows):\n    return 1"),
    Edit("an unused re-export", "pkg/text.py", "word.upper()", "word.title()"),
    Edit("an unused name of a star", "names.py", '"another"', '"some"'),
    Edit("an unused class", "pkg/models.py", "rate = 2", "rate = 3"),
    Edit("an unused table", "pkg/tables.py", 'OTHERS["none"] = None', 'OTHERS["none"] = 1'),
    Edit("unused beside a patch", "hooks.py", "return 0", "return 1"),
    Edit("not registered", "pkg/registry.py", "def bystander(atoms):\n    return helper", "def bystander(atoms):\n    return len"),
    Edit("unused beside an import", "slow.py", "return None", "return 1"),
    Edit("two functions swapped", "pkg/deep.py", "def shift(rows):\n    return rows\n\n\ndef alone(rows):\n    return rows\n", "def alone(rows):\n    return rows\n\n\ndef shift(rows):\n    return rows\n"),
    Edit("a print on import", "config.py", "", "print('', end='')\n"),
    # what counts
    Edit("the step", "steps.py", "return outer(rows)", "return outer(rows[1:])", "load"),
    Edit("a local variable renamed", "steps.py", "def outer(rows):\n    return middle(rows)", "def outer(r):\n    return middle(r)", "load"),
    Edit("a helper two calls away", "steps.py", "return normalise(rows)", "return normalise(rows) + []", "load"),
    Edit("a helper three calls away, through a re-export", "pkg/deep.py", "return shift(rows)", "return shift(rows)[:]", "load"),
    Edit("a helper four calls away", "pkg/deep.py", "def shift(rows):\n    return rows", "def shift(rows):\n    return list(rows)", "load"),
    Edit("a re-export leads elsewhere", "pkg/__init__.py", "import normalise", "import alone as normalise", "load"),
    Edit("a patch on import", "hooks.py", "rows[1:]", "rows[2:]", "load"),
    Edit("a patch added elsewhere", "pkg/tables.py", "", "import config\nconfig.SIZE = 2\n", "load"),
    Edit("a constant used by another name", "config.py", "SIZE = 10", "SIZE = 11", "load"),
    Edit("an import alias leads elsewhere", "steps.py", "import SIZE as LIMIT", "import WIDTH as LIMIT", "load"),
    Edit("a comprehension", "steps.py", "row for row in range(LIMIT)", "row for row in range(LIMIT) if row", "load"),
    Edit("an import inside a function", "steps.py", "import strip as trim", "import upper as trim", "clean"),
    Edit("what it imports", "pkg/text.py", "word.strip(PATTERN)", "word.lstrip(PATTERN)", "clean"),
    Edit("a constant of a helper", "pkg/text.py", '" x"', '" y"', "clean"),
    Edit("a function in a table", "pkg/tables.py", "word.lower()", "word.casefold()", "clean"),
    Edit("an entry of a table", "pkg/tables.py", '{"lower": lower}', '{"low": lower}', "clean"),
    Edit("an entry added below", "pkg/tables.py", "lambda words: words", "lambda words: words[:]", "clean"),
    Edit("an entry added from elsewhere", "hooks.py", "", "import pkg.tables\npkg.tables.ACTIONS['x'] = idle\n", "clean"),
    Edit("a table updated by a call", "pkg/tables.py", "", "ACTIONS.update(b=print)\n", "clean"),
    Edit("a dataclass field's default", "pkg/models.py", '= "lower"', '= "same"', "clean"),
    Edit("a dataclass field's type", "pkg/models.py", "depth: int = 1", "depth: float = 1", "clean"),
    Edit("a dataclass field added", "pkg/models.py", "depth: int = 1", "depth: int = 1\n    more: int = 2", "clean"),
    Edit("a constructor's call", "steps.py", "Model(3)", "Model(4)", "train"),
    Edit("a method through an instance", "pkg/models.py", "rows: list[Row] = rows", "rows = rows[:]", "train"),
    Edit("a class method", "pkg/models.py", "cls(1)", "cls(2)", "train"),
    Edit("a property", "pkg/models.py", "return self.Inner.rate", "return 2 * self.Inner.rate", "train"),
    Edit("__call__", "pkg/models.py", "        return row\n", "        return [row]\n", "train"),
    Edit("a class attribute", "pkg/models.py", "mode = Mode.FAST", "mode = Mode.SLOW", "train"),
    Edit("a nested class", "pkg/models.py", "rate = 0.1", "rate = 0.2", "train"),
    Edit("an enum member", "pkg/models.py", "FAST = 2", "FAST = 3", "train"),
    Edit("a base class", "pkg/base.py", "return self.depth", "return -self.depth", "train"),
    Edit("an attribute of a base class", "pkg/base.py", "depth = 0", "depth = 1", "train"),
    Edit("a decorator", "pkg/base.py", "return function(*args)", "return [function(*args)]", "train"),
    Edit("a decorator removed", "pkg/models.py", "    @timed\n", "", "train"),
    Edit("a typed dictionary", "pkg/models.py", "text: str", "text: bytes", "train"),
    Edit("a function in a registry", "pkg/registry.py", "return helper(atoms)\n\n\ndef helper", "return helper(atoms[1:])\n\n\ndef helper", "score"),
    Edit("what a registered function calls", "pkg/registry.py", "return 1", "return 2", "score"),
    Edit("a registration added", "pkg/registry.py", "def bystander", '@register("two")\ndef bystander', "score"),
    Edit("a registration added elsewhere", "hooks.py", "", "from pkg.registry import register\nregister('x')(idle)\n", "score"),
    Edit("an f-string", "steps.py", "{total:>{config.WIDTH}}", "{total:<{config.WIDTH}}", "report"),
    Edit("a constant of a format", "config.py", "WIDTH = 8", "WIDTH = 9", "report"),
    Edit("an async helper", "steps.py", "count(atom) for atom", "-count(atom) for atom", "report"),
    Edit("a lambda", "steps.py", "x + 1", "x + 2", "report"),
    Edit("a global variable", "config.py", "COUNT = 0", "COUNT = 1", "report"),
    Edit("a global statement", "config.py", "COUNT += STEP", "COUNT -= STEP", "report"),
    Edit("what a global gets", "config.py", "STEP = 1", "STEP = 2", "report"),
    Edit("an argument of a partial", "steps.py", "factor=3", "factor=4", "shout"),
    Edit("the function of a partial", "steps.py", "row * factor", "factor * row", "shout"),
    Edit("a default", "steps.py", "power=1", "power=2", "shout"),
    Edit("a closure's value", "steps.py", 'make("old")', 'make("new")', "legacy"),
    Edit("a nested function", "steps.py", "impl.solve(kind, TITLE)", "impl.solve(TITLE, kind)", "legacy"),
    Edit("a name of a star import", "names.py", '"a title"', '"b title"', "legacy"),
    Edit("a conditional import's module", "slow.py", "kind + title", "title + kind", "legacy"),
    Edit("the condition of an import", "impl.py", "except ImportError", "except Exception", "legacy"),
    Edit("the first choice appears", "fast.py", "", "def solve(a, b):\n    return b\n", "legacy"),
    Edit("getattr by a computed name", "dynamic.py", "atoms[0]", "atoms[1]", "loose"),
    Edit("a name added there", "dynamic.py", "", "def new(atoms):\n    return []\n", "loose"),
    Edit("eval", "steps.py", "row * factor**power", "eval('row')", "shout"),
    Edit("exec on import", "dynamic.py", "", "exec('x = 1')\n", "loose"),
    Edit("the process is changed", "config.py", "", "import random\nrandom.seed(0)\n", "all"),
    Edit("a name bound twice", "pkg/deep.py", "", "def shift(rows):\n    return []\n", "load"),
    Edit("a name bound under a condition", "pkg/deep.py", "", "if len('x'):\n    def shift(rows):\n        return []\n", "load"),
    Edit("a builtin is shadowed", "steps.py", "", "def range(n):\n    return []\n", "load"),
]  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Part]]:
    root = tmp_path_factory.mktemp("original")
    write(root, FILES)
    return parts_of_steps(root)


def changed(
    before: dict[str, dict[str, Part]], after: dict[str, dict[str, Part]]
) -> set[str]:
    return {step for step in STEPS if digests(before[step]) != digests(after[step])}


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.what)
def test_an_edit_changes_exactly(
    edit: Edit, original: dict[str, dict[str, Part]], tmp_path: Path
) -> None:
    text = FILES.get(edit.file, "")
    if edit.old:
        assert text.count(edit.old) >= 1
        text = text.replace(edit.old, edit.new, 1)
    else:
        text += f"\n\n{edit.new}"
    ast.parse(text)
    write(tmp_path, {**FILES, edit.file: text})
    expected = set(STEPS) if edit.changes == "all" else set(edit.changes.split())
    assert changed(original, parts_of_steps(tmp_path)) == expected


def test_a_new_version_of_a_package(
    original: dict[str, dict[str, Part]], tmp_path: Path
) -> None:
    write(tmp_path, FILES)
    shutil.rmtree(tmp_path / "site-packages")
    install(tmp_path / "site-packages", "1.1")
    after = parts_of_steps(tmp_path)
    assert changed(original, after) == {"train"}
    assert after["train"]["package:fastlib"].digest == "1.1"


def test_in_a_step_that_evaluates_text_the_whole_module_counts(
    tmp_path: Path,
) -> None:
    files = dict(FILES)
    files["steps.py"] = files["steps.py"].replace("row * factor", "eval('row')")
    write(tmp_path / "a", files)
    files["steps.py"] = files["steps.py"].replace("UNUSED = 1", "UNUSED = 2")
    write(tmp_path / "b", files)
    seen = (parts_of_steps(tmp_path / name) for name in ("a", "b"))
    assert changed(*seen) == {"shout"}


def test_reformatting_all_files_changes_nothing(
    original: dict[str, dict[str, Part]], tmp_path: Path
) -> None:
    plain = {name: ast.unparse(ast.parse(text)) for name, text in FILES.items()}
    write(tmp_path, plain)
    assert changed(original, parts_of_steps(tmp_path)) == set()
