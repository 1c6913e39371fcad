"""How an operation is found by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import ProjectError

if TYPE_CHECKING:
    from .conftest import Read

TWO = """\
- model: a
  operations: {train: x, test: x, _hidden: x}
- model: b
  operations: {train: x, clean: {main: x}}
"""


def test_with_and_without_the_name_of_its_model(guild: Read) -> None:
    found = guild(TWO)
    assert found.operation("a:train").full_name == "a:train"
    assert found.operation("clean").full_name == "b:clean"
    assert found.operation("train", model="b").full_name == "b:train"
    assert found.operation("test", model="b").full_name == "a:test"
    assert found.find("a:clean") is None
    with pytest.raises(ProjectError, match="several models have an operation 'train'"):
        found.operation("train")


def test_the_default_model_comes_first(guild: Read) -> None:
    found = guild(TWO.replace("- model: b", "- model: b\n  default: yes"))
    assert found.operation("train").full_name == "b:train"
    unnamed = guild(TWO.replace("- model: a", "- model: ''"))
    assert unnamed.operation("train").full_name == "train"
    assert unnamed.operation(":train").full_name == "train"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tset", "did you mean 'a:test'? There are: a:train, a:test, b:train, b:clean"),
        ("a:claen", "did you mean 'b:clean'? There are: "),
        ("zzz", "there are: a:train, a:test, b:train, b:clean"),
    ],
)
def test_the_nearest_name_is_told(guild: Read, name: str, hint: str) -> None:
    with pytest.raises(ProjectError) as caught:
        guild(TWO).operation(name)
    assert caught.value.message == f"no operation is called {name!r}"
    assert (caught.value.hint or "").startswith(hint)


def test_the_operation_that_runs_without_a_name(guild: Read) -> None:
    assert guild(TWO).default_operation is None
    one = guild("train: x\n_hidden: x\n").default_operation
    assert one is not None
    assert one.name == "train"
    marked = guild("train: x\ntest: {main: x, default: yes}\n").default_operation
    assert marked is not None
    assert marked.name == "test"
    assert guild("train: x\ntest: x\n").default_operation is None


def test_where_an_operation_stands(guild: Read) -> None:
    found = guild(TWO)
    place = found.place(found.all["b:clean"])
    assert str(place) == f"{found.file}:4:26"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), "2:1"),
        (("flags", "lr"), "3:11"),
        (("flags", "lr", "default"), "3:15"),
        (("steps",), "4:3"),
        (("steps", 0), "5:7"),
        (("steps", 1, "run"), "6:13"),
        (("steps", 1, "flags", "lr"), "6:32"),
        (("steps", 1, "label"), "6:7"),
        (("env",), "2:1"),
    ],
)
def test_where_a_part_of_it_stands(
    guild: Read, path: tuple[str | int, ...], expected: str
) -> None:
    found = guild("""\
        # first
        all:
          flags: {lr: 0.1}
          steps:
            - train
            - {run: train, flags: {lr: 1}}
        """)
    place = found.place(found.all["all"], *path)
    assert str(place) == f"{found.file}:{expected}"


def test_where_the_script_of_an_operation_may_be(guild: Read) -> None:
    found = guild("""\
        a: {main: x, python-path: [lib, src], sourcecode: {root: src}}
        b: x
        """)
    root = found.root
    assert found.folders(found.all["a"]) == [root, root / "src", root / "lib"]
    assert found.folders(found.all["b"]) == [root]
