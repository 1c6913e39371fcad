"""Which files are source: by default, in a git working tree, by a project's rules."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import ProjectError
from sweepflow.operations.source import source_files
from sweepflow.operations.source.text import is_text
from sweepflow.project.operations.sourcecode import Rule, Sourcecode

if TYPE_CHECKING:
    from pathlib import Path


def include(*patterns: str, only: str = "") -> Rule:
    return Rule(include=patterns, only=only)


def exclude(*patterns: str, only: str = "") -> Rule:
    return Rule(exclude=patterns, only=only)


USUAL = [
    *(".env", "Makefile", "a/b/c.py", "a/link.py", "data/empty", "data/exact.txt"),
    *("data/latin", "lnk/b/c.py", "lnk/link.py", "m.py", "nul.py", "sub/deep/z.ini"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a bit of everything."""
    texts = {
        "m.py": "1",
        "a/b/c.py": "2",
        ".hid/h.py": "3",
        ".env": "4",
        "build/x/y.py": "5",
        "dist/d.txt": "6",
        "x.egg-info/i": "7",
        "venv/bin/activate": "",
        "venv/v.py": "8",
        "__pycache__/p.txt": "9",
        "nocopy/.guild-nocopy": "",
        "nocopy/n.py": "n",
        ".sweepflow/s.py": "s",
        "data/exact.txt": "a" * 2**20,
        "data/big.txt": "a" * (2**20 + 1),
        "data/empty": "",
        "i.svg": "s",
        "t.png": "t",
        "nul.py": "\0",
        "Makefile": "e",
        "sub/deep/z.ini": "z",
    }
    for name, text in texts.items():
        path = tmp_path / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    project = tmp_path / "p"
    (project / "data" / "latin").write_bytes(b"\xe9t\xe9")
    (project / "data" / "bin").write_bytes(b"\0\1")
    (project / "a" / "link.py").symlink_to("../m.py")
    (project / "lnk").symlink_to("a")
    (project / "dangling").symlink_to("nowhere")
    (project / "a" / "b" / "up").symlink_to("../..")
    (project / "sub" / "again").symlink_to(".")
    return project


def found(project: Path, *rules: Rule, python: bool = True) -> list[str]:
    return list(source_files(project, Sourcecode(select=rules), python=python).paths)


def test_by_default_small_text_files_are(project: Path) -> None:
    (project / "a" / "b" / "up").unlink()
    source = source_files(project, Sourcecode(), python=True)
    assert list(source.paths) == USUAL
    assert source.warnings == (
        "data/big.txt is too big for source code: it is not kept",
    )
    others = ["build/x/y.py", "dist/d.txt", "x.egg-info/i"]
    assert found(project, python=False) == sorted(USUAL + others)


def test_links_that_lead_back_end(project: Path) -> None:
    paths = found(project)
    assert len(paths) < 40
    assert set(USUAL) <= set(paths)


def test_by_default_there_is_a_limit_on_the_number(tmp_path: Path) -> None:
    for number in range(120):
        (tmp_path / f"{number:03}.txt").touch()
    source = source_files(tmp_path, Sourcecode(), python=True)
    assert len(source.paths) == 100
    assert source.warnings == (
        "more than 100 files of source code: the others are not kept",
    )
    rule = exclude("0*")
    source = source_files(tmp_path, Sourcecode(select=(rule,)), python=True)
    assert (len(source.paths), source.warnings) == (20, ())
    assert len(found(tmp_path, include("*.txt"))) == 120


NONE = exclude("*")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([NONE], []),
        ([NONE, include("/m.py", "data/b*")],
         ["data/big.txt", "data/bin", "m.py"]),
        ([NONE, include("data"), exclude("*", only="binary")],
         ["data/big.txt", "data/empty", "data/exact.txt", "data/latin"]),
        ([NONE, include("*", only="text"), exclude("data", "a", "lnk")],
         [".env", "Makefile", "m.py", "nul.py", "sub/deep/z.ini"]),
        ([NONE, include("a/*.py")], ["a/b/c.py", "a/link.py"]),
        ([NONE, include("build", only="dir"), include("y.py")],
         ["build/x/y.py"]),
        ([exclude("data", "a", "lnk", only="dir")],
         [".env", "Makefile", "m.py", "nul.py", "sub/deep/z.ini"]),
        ([include("*.svg"), exclude("[!i]*")], ["i.svg"]),
        ([NONE, exclude("data", only="dir"), include("dat?", only="dir"),
          include("bin")],
         ["data/bin"]),
        ([NONE, include(".sweepflow", only="dir"), include("s.py")], []),
    ],
)  # fmt: skip
def test_the_last_rule_that_matches_counts(
    project: Path, rules: list[Rule], expected: list[str]
) -> None:
    (project / "a" / "b" / "up").unlink()
    assert found(project, *rules) == expected


def test_the_root_may_be_another_folder_or_nothing_is_source(project: Path) -> None:
    (project / "a" / "b" / "up").unlink()
    source = source_files(project, Sourcecode(root="a"), python=True)
    assert (source.root, source.paths) == (project / "a", ("b/c.py", "link.py"))
    assert source_files(project, Sourcecode(off=True), python=True).paths == ()
    with pytest.raises(ProjectError, match="nope is no folder"):
        source_files(project, Sourcecode(root="nope"), python=True)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_in_a_working_tree_git_decides(project: Path) -> None:
    (project / "a" / "b" / "up").unlink()
    (project / ".gitignore").write_text("data/\n*.svg\nout\n", "utf-8")
    (project / ".guildignore").write_text("# none of\nMakefile\n", "utf-8")
    for name in ("out", "a/out.txt"):
        (project / name).write_text("o", "utf-8")
    git(project, "init", "-q")
    assert found(project) == [
        *(".env", ".hid/h.py", "a/b/c.py", "a/link.py", "a/out.txt", "build/x/y.py"),
        *("dist/d.txt", "lnk/b/c.py", "lnk/link.py", "lnk/out.txt", "m.py", "nul.py"),
        *("sub/deep/z.ini", "t.png", "x.egg-info/i"),
    ]
    # What is kept with the project although it matches is ignored nevertheless.
    git(project, "add", "-f", "i.svg")
    assert "i.svg" not in found(project)
    assert found(project, NONE, include("*.svg")) == ["i.svg"]


def test_a_folder_that_git_ignores_is_no_working_tree(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("inner/\n", "utf-8")
    (tmp_path / "inner").mkdir()
    for name in ("m.py", "no.png"):
        (tmp_path / "inner" / name).write_text("1", "utf-8")
    assert found(tmp_path / "inner") == ["m.py"]


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a", b"", True),
        ("a", b"plain\n", True),
        ("a", "ünï".encode() * 1000, True),
        ("a", b"\xff\xfeh\0i\0", True),
        ("a", b"\xe9t\xe9", True),
        ("a", b"x\0y", False),
        ("a", b"x\xffy", False),
        ("a", bytes(range(1, 8)), False),
        ("a.png", b"text", False),
        ("a.py", b"\0", True),
    ],
)
def test_what_text_is(tmp_path: Path, name: str, content: bytes, text: bool) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert is_text(path) is text
