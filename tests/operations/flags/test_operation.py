"""The flags of an operation: what its file says, with what its script says."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.errors import ProjectError
from sweepflow.operations.flags.assignments import read_assignments, split_words
from sweepflow.operations.flags.destinations import Destination, invoke_main
from sweepflow.operations.flags.operation import OperationFlags, flags_of
from sweepflow.operations.flags.trials import plan_trials
from sweepflow.project.operations.read import read_guild

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.project.operations.flags import Flag

ARGPARSE = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--x", type=int, default=1, help="the x")
p.add_argument("--mode", choices=["a", "b"], default="a")
p.add_argument("--quiet", action="store_true")
print(vars(p.parse_args()))
"""
GLOBALS = "x = 1\ny = 'a'\nprint(x, y)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ap.py").write_text(ARGPARSE)
    (tmp_path / "gl.py").write_text(GLOBALS)
    return tmp_path


def loaded(folder: Path, description: str) -> OperationFlags:
    """Give the flags of the operation `op`, which the text describes."""
    (folder / "guild.yml").write_text(f"op: {{{description}}}\n")
    operation = read_guild(folder / "guild.yml").operation("op")
    return flags_of(operation, [folder])


def by_name(found: OperationFlags) -> dict[str, Flag]:
    return {flag.name: flag for flag in found.flags}


@pytest.mark.parametrize(
    ("description", "destination", "names"),
    [
        ("main: ap", "args", ""),
        ("main: ap, flags-import: all", "args", "x mode quiet"),
        ("main: ap, flags-import: all, flags-import-skip: [x]", "args", "mode quiet"),
        ("main: ap, flags-import: [x]", "args", "x"),
        ("main: ap, flags: {z: 1}, flags-import: no", "args", "z"),
        ("main: ap, flags: {z: 1, x: 2}", "args", "z x"),
        ("main: gl", "globals", ""),
        ("main: gl, flags-import: all", "globals", "x y"),
        ("main: gl, flags-import: all, flags-dest: none", "none", ""),
        ("main: ap, flags-import: [x], flags-dest: globals", "globals", ""),
        ("exec: ls, flags: {z: 1}", "args", "z"),
    ],
)
def test_file_and_script_have_flags(
    folder: Path, description: str, destination: str, names: str
) -> None:
    found = loaded(folder, description)
    assert found.destination == Destination(destination)
    assert [flag.name for flag in found.flags] == names.split()
    assert found.notes == ()


def test_the_file_wins_over_the_script(folder: Path) -> None:
    flags = by_name(loaded(folder, "main: ap, flags: {x: 5, mode: {required: yes}}"))
    assert flags["x"].default == 5
    assert flags["x"].type == "int"
    assert flags["x"].description == "the x"
    assert [choice.value for choice in flags["mode"].choices] == ["a", "b"]
    assert flags["mode"].required


def test_flags_may_be_no_arguments_unless_they_say_so(folder: Path) -> None:
    flags = by_name(
        loaded(
            folder,
            "main: ap, default-flag-arg-skip: yes, "
            "flags: {x: 1, z: {default: 1, arg-skip: no}}",
        )
    )
    assert flags["x"].arg_skip
    assert not flags["z"].arg_skip


def test_what_cannot_be_found_is_a_note_unless_it_was_asked_for(folder: Path) -> None:
    (folder / "ap.py").write_text("import argparse\n1 / 0\nf().parse_args()")
    found = loaded(folder, "main: ap, flags: {x: 1}")
    assert found.destination == Destination("args")
    assert "division by zero" in found.notes[0]
    with pytest.raises(ProjectError, match="division by zero"):
        loaded(folder, "main: ap, flags-import: all")
    with pytest.raises(ProjectError, match="there is no"):
        loaded(folder, "main: none, flags: {x: 1}")


@pytest.mark.parametrize(
    ("description", "words", "output"),
    [
        ("main: ap, flags-import: all", (), "{'x': 1, 'mode': 'a', 'quiet': False}"),
        (
            "main: ap, flags-import: all",
            ("x=3", "mode=b", "quiet=yes"),
            "{'x': 3, 'mode': 'b', 'quiet': True}",
        ),
        ("main: gl, flags-import: all", ("x=null",), "1 a"),
        ("main: gl, flags: {x: 2, y: b c}", (), "2 b c"),
        ("main: gl, flags-import: all", ("x=2.5", "y=1e3"), "2.5 1e3"),
    ],
)
def test_the_script_gets_what_the_user_gave(
    folder: Path, description: str, words: tuple[str, ...], output: str
) -> None:
    found = loaded(folder, description)
    given = read_assignments(words, found.flags)
    (values,) = plan_trials(found.flags, given, folder).values
    main: Any = split_words(description.partition(",")[0].removeprefix("main: "))
    invocation = invoke_main(main, found.destination, found.flags, values, folder)
    done = subprocess.run(
        invocation.argv,
        cwd=folder,
        env={**os.environ, **invocation.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == output
