"""Programs that are started by themselves, and the edits that change each of them."""
# ruff: noqa: E501 - an edit is a line

from __future__ import annotations

import ast
import os
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sweepflow.engine.code import ProjectCode
from tests.engine.code.sample import digests, install, write

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.engine.code import Program

FILES = {
    "main.py": '''\
"""Main."""

import argparse
import sys

import helpers
import silent
from pkg import tools as t


def main():
    from lazy import work

    print(helpers.used(), work(t.run))


def spare():
    return "spare"


if __name__ == "__main__":
    import guarded

    main()
''',
    "helpers.py": """\
import logging

from deep import shift

logger = logging.getLogger(__name__)
TABLE = {}


def used():
    return shift(open("words.txt").read())


def unused():
    return "unused.txt"


def load():
    return 1


SETTINGS = load()
TABLE["a"] = used

if __name__ == "__main__":
    used("never")
""",
    "silent.py": "print('acc: 1')\n\n\ndef nothing():\n    return 0\n",
    "deep.py": "def shift(x):\n    return x\n\n\ndef other(x):\n    return x\n",
    "lazy.py": "import fastlib\n\n\ndef work(x):\n    return fastlib.solve(x)\n",
    "guarded.py": "print('started')\n",
    "pkg/__init__.py": "STATE = []\nSTATE.append(1)\n",
    "pkg/tools.py": "def run():\n    return 1\n\n\ndef walk():\n    return 2\n",
    "pkg/__main__.py": "from . import tools\n\nprint(tools.walk())\n",
    "pkg/train.py": "from .tools import run\n\nprint(run(), 'pkg/data.txt')\n",
    "tools/run-it.py": "import common\nimport time\n\ncommon.go()\n",
    "tools/common.py": "def go():\n    return 1\n",
    "tools/time.py": "def sleep():\n    return 1\n",
    "common.py": "def go():\n    return 2\n",
}
PROGRAMS = ("main", "pkg", "train", "tool")


def code_of(root: Path, *first: Path) -> ProjectCode:
    path = (*first, root, root / "site-packages")
    return ProjectCode([root], [*map(str, path), *filter(None, sys.path)])


def programs(root: Path) -> dict[str, Program]:
    """Give what each of the programs is made of."""
    tool = root / "tools" / "run-it.py"
    code = code_of(root)
    return {
        "main": code.script(root / "main.py", "script:main.py"),
        "pkg": code.module("pkg"),
        "train": code.module("pkg.train"),
        "tool": code_of(root, tool.parent).script(tool, "script:tools/run-it.py"),
    }


class Edit(NamedTuple):
    what: str
    file: str
    old: str
    new: str
    changes: str = ""


# What is added at the end has an empty `old`.
EDITS = [
    # what does not count
    Edit("a comment", "main.py", "from lazy", "# so\n    from lazy"),
    Edit("the docstring", "main.py", '"""Main."""', '"""The main program."""'),
    Edit("layout", "main.py", "(helpers.used(), ", "(\n        helpers.used(), "),
    Edit("an annotation", "main.py", "def main():", "def main() -> None:"),
    Edit("an unused function of a helper", "helpers.py", '"unused.txt"', '"other.txt"'),
    Edit("an unused function deeper", "deep.py", "def other(x):\n    return x", "def other(x):\n    return 1"),
    Edit("an unused function beside a print", "silent.py", "return 0", "return 1"),
    Edit("a function that is added", "helpers.py", "", "def more():\n    return 1\n"),
    Edit("a constant that is added", "helpers.py", "", "MORE = 1\n"),
    Edit("the guard of a helper", "helpers.py", '"never"', '"ever"'),
    Edit("a logger's name", "helpers.py", "(__name__)", "('helpers')"),
    Edit("a file that nothing imports", "idle.py", "", "print(1)\n"),
    # what counts
    Edit("the script", "main.py", "print(helpers", "print(1, helpers", "main"),
    Edit("a function of it, used or not", "main.py", '"spare"', '"more"', "main"),
    Edit("an import of it", "main.py", "import silent\n", "", "main"),
    Edit("what it calls", "helpers.py", "return shift(", "return 1 + shift(", "main"),
    Edit("what that calls", "deep.py", "def shift(x):\n    return x", "def shift(x):\n    return 1", "main"),
    Edit("a print on import", "silent.py", "acc: 1", "acc: 2", "main"),
    Edit("a print on import, added", "helpers.py", "", "print('loss: 1')\n", "main"),
    Edit("a call for a value that is not used", "helpers.py", "SETTINGS = load()", "SETTINGS = load() + 1", "main"),
    Edit("what such a call does", "helpers.py", "return 1", "return print(1)", "main"),
    Edit("a condition around a print", "helpers.py", "", "if TABLE:\n    print(1)\n", "main"),
    Edit("a loop on import", "helpers.py", "", "for i in range(3):\n    print(i)\n", "main"),
    Edit("an import in a function", "lazy.py", "return fastlib.solve(x)", "return x", "main"),
    Edit("an import below the guard", "guarded.py", "started", "begun", "main"),
    Edit("a package's __init__", "pkg/__init__.py", "append(1)", "append(2)", "main pkg train"),
    Edit("a function of a package", "pkg/tools.py", "return 1", "return 3", "main train"),
    Edit("another function of it", "pkg/tools.py", "return 2", "return 4", "pkg"),
    Edit("the __main__ of a package", "pkg/__main__.py", "tools.walk()", "tools.walk(), 1", "pkg"),
    Edit("a module of a package", "pkg/train.py", "run()", "run() + 1", "train"),
    Edit("a module beside the script", "tools/common.py", "return 1", "return 3", "tool"),
    Edit("one that hides a builtin module's name", "tools/run-it.py", "common.go()", "common.go(1)", "tool"),
]  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    root = tmp_path_factory.mktemp("original")
    write(root, FILES)
    return programs(root)


def changed(before: dict[str, Program], after: dict[str, Program]) -> set[str]:
    return {
        name
        for name in PROGRAMS
        if digests(before[name].parts) != digests(after[name].parts)
    }


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.what)
def test_an_edit_changes_exactly(
    edit: Edit, original: dict[str, Program], tmp_path: Path
) -> None:
    text = FILES.get(edit.file, "")
    if edit.old:
        assert edit.old in text
        text = text.replace(edit.old, edit.new, 1)
    else:
        text += f"\n\n{edit.new}"
    ast.parse(text)
    write(tmp_path, {**FILES, edit.file: text})
    assert changed(original, programs(tmp_path)) == set(edit.changes.split())


def test_reformatting_all_files_changes_nothing(
    original: dict[str, Program], tmp_path: Path
) -> None:
    write(tmp_path, {n: ast.unparse(ast.parse(text)) for n, text in FILES.items()})
    assert changed(original, programs(tmp_path)) == set()


def test_a_new_version_of_a_package_changes_what_imports_it(
    original: dict[str, Program], tmp_path: Path
) -> None:
    write(tmp_path, FILES)
    info = tmp_path / "site-packages" / "fastlib-1.0.dist-info"
    (info / "METADATA").unlink()
    info.rmdir()
    install(tmp_path / "site-packages", "1.1")
    assert changed(original, programs(tmp_path)) == {"main"}


def test_the_parts_have_names(original: dict[str, Program]) -> None:
    names = set(original["main"].parts)
    assert {"script:main.py", "function:helpers:used", "package:fastlib"} < names
    assert {
        "statements:silent",
        "statements:guarded",
        "constant:helpers:SETTINGS",
    } < names
    assert "module:pkg.__main__" in original["pkg"].parts
    assert "module:pkg.train" in original["train"].parts
    assert original["main"].parts["script:main.py"].source == FILES["main.py"]


def test_the_folder_of_a_script_comes_first(original: dict[str, Program]) -> None:
    part = original["tool"].parts["function:common:go"]
    assert part.source == "def go():\n    return 1"


def test_texts_are_told_that_are_reached_and_no_docstrings(
    original: dict[str, Program],
) -> None:
    assert "words.txt" in original["main"].literals
    assert "pkg/data.txt" in original["train"].literals
    assert not {"Main.", "unused.txt"} & original["main"].literals


def test_texts_are_told_as_they_are(tmp_path: Path) -> None:
    lines = [
        "'a\\'b'",
        '"it\'s"',
        "'caf\\xe9.txt'",
        "'a\\\\b'",
        "b'no'",
        "f'd/{1}.txt'",
    ]
    (tmp_path / "x.py").write_text(f"print({', '.join(lines)})")
    program = code_of(tmp_path).script(tmp_path / "x.py", "script:x.py")
    assert program.literals == {"a'b", "it's", "café.txt", "a\\b", "d/", ".txt"}


def test_a_script_that_is_no_python_counts_by_its_bytes(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        (tmp_path / "x.py").write_text(text)
        program = code_of(tmp_path).script(tmp_path / "x.py", "script:x.py")
        assert program.literals == frozenset()
        return program.parts["script:x.py"].digest

    assert digest("if:") != digest("if: # a comment counts here")


def test_a_script_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        code_of(tmp_path).script(tmp_path / "x.py", "script:x.py")


def test_modules_that_are_not_the_projects(tmp_path: Path) -> None:
    write(tmp_path, {"bare/x.py": "print(1)\n"})
    code = code_of(tmp_path)
    assert digests(code.module("fastlib").parts) == {"package:fastlib": "1.0"}
    assert digests(code.module("none_such").parts) == {"package:none_such": "missing"}
    assert digests(code.module("json.tool").parts) == {}
    assert digests(code.module("bare").parts) == {}
    assert set(code.module("bare.x").parts) == {"module:bare.x"}
    assert code.versions("fastlib.inner") == {"fastlib": "1.0"}
    assert code.versions("none_such") == {"none_such": "missing"}
    assert code.versions("json") == code.versions("bare") == {}


def test_a_file_by_itself_is_what_it_says_and_nothing_more(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    code = code_of(tmp_path)
    part = code.file(tmp_path / "main.py", "file:main.py")
    assert part.name == "file:main.py"
    whole = code.script(tmp_path / "main.py", "script:main.py").parts["script:main.py"]
    assert part.digest == whole.digest


def test_an_edit_is_seen_that_left_time_and_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the clock of the file system has not gone on since the last one."""
    monkeypatch.setattr("sweepflow.engine.code.places._TICK", 60 * 10**9)
    path, now = tmp_path / "x.py", time.time()
    path.write_text("print(0)")
    seen: list[str] = []
    for number in range(3):
        with path.open("r+") as file:
            file.write(f"print({number})")
        os.utime(path, (now, now))
        program = code_of(tmp_path).script(path, "script:x.py")
        seen.append(program.parts["script:x.py"].source)
    assert seen == ["print(0)", "print(1)", "print(2)"]


def test_a_script_that_imports_by_a_computed_name(tmp_path: Path) -> None:
    text = "import importlib, sys\nimportlib.import_module(sys.argv[1])\n"
    write(tmp_path, {"a.b.py": text, "one.py": "1", "pkg/two.py": "2"})
    program = code_of(tmp_path).script(tmp_path / "a.b.py", "script:a.b.py")
    assert set(program.parts) == {"script:a.b.py", "module:one"}


def test_what_stays_is_not_read_again(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    old = time.time() - 60
    for path in (*tmp_path.rglob("*"), tmp_path):
        os.utime(path, (old, old))
    first = code_of(tmp_path).script(tmp_path / "main.py", "script:main.py")
    assert code_of(tmp_path).script(tmp_path / "main.py", "script:main.py") is first
