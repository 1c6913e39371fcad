"""The three shapes of a guild.yml, and files that include others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import ProjectError
from sweepflow.project.operations.read import read_guild

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Problems, Read


def test_a_mapping_is_operations(guild: Read) -> None:
    found = guild("""\
        train: {main: train --fast, description: Train it}
        test: eval.test
        clean:
          exec: rm -rf data
        """).all
    assert list(found) == ["train", "test", "clean"]
    assert found["train"].main == "train --fast"
    assert found["train"].description == "Train it"
    assert found["test"].main == "eval.test"
    assert (found["clean"].exec, found["clean"].main) == ("rm -rf data", "")


def test_without_a_command_the_name_is_the_module(guild: Read) -> None:
    found = guild("train: {flags: {lr: 0.1}}").all["train"]
    assert found.main == "train"


@pytest.mark.parametrize(
    "text",
    [
        "model: net\noperations: {train: {main: t}}\n",
        "- model: net\n  operations: {train: {main: t}}\n",
    ],
)
def test_one_model(guild: Read, text: str) -> None:
    found = guild(text)
    assert list(found.models) == ["net"]
    assert found.all["net:train"].model == "net"
    assert found.all["net:train"].name == "train"


def test_operations_of_no_model(guild: Read) -> None:
    for text in ("operations: {a: x}", "- operations: {a: x}\n- package: p\n"):
        assert [one.full_name for one in guild(text).all.values()] == ["a"]


def test_an_operation_may_be_called_as_a_key_of_models_is(guild: Read) -> None:
    found = guild("model: {main: m}\nresources: {main: r}\n").all
    assert {name: one.main for name, one in found.items()} == {
        "model": "m",
        "resources": "r",
    }
    assert list(guild("model: {main: m}\noperations: {main: o}\n").all) == [
        "model",
        "operations",
    ]


def test_a_list_of_models_and_configs(guild: Read) -> None:
    found = guild("""\
        - config: shared
          flags: {lr: 0.1}
        - model: a
          description: The first
          operations: {train: {main: t}}
        - model: b
          default: yes
          operations: {train: {main: t}}
        """)
    assert list(found.all) == ["a:train", "b:train"]
    assert found.models["a"].description == "The first"
    assert found.models["b"].default


def test_another_file_is_included_with_its_own_places(
    guild: Read, tmp_path: Path
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "base.yml").write_text(
        "- config: base\n  flags: {lr: 0.1}\n- include: ops.yml\n"
    )
    (tmp_path / "more" / "ops.yml").write_text("- model: far\n  operations: {a: x}\n")
    found = guild("""\
        - include: more/base.yml
        - model: near
          operations: {a: {flags: {$include: base}}}
        """)
    assert found.all["near:a"].flags["lr"].default == 0.1
    place = found.place(found.all["far:a"])
    assert (place.file.name, place.line, place.column) == ("ops.yml", 2, 16)


def test_an_error_in_an_included_file_is_told_there(tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text("- config: base\n  flags:\n    lr: {min: low}\n")
    file = tmp_path / "guild.yml"
    file.write_text(
        "- include: other.yml\n"
        "- model: m\n"
        "  operations:\n"
        "    b: {flags: {$include: base}}\n"
    )
    with pytest.raises(ProjectError) as caught:
        read_guild(file)
    assert str(caught.value) == (
        f"{other}:3:15: operations.b.flags.lr.min must be a number, such as 1 or 0.5"
    )


def test_files_that_include_one_another(guild: Read, tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text("- include: guild.yml\n")
    with pytest.raises(ProjectError, match=r"'guild\.yml' includes itself"):
        guild("- include: other.yml\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", "1:1: the file must be a mapping of operations"),
        ("- x", "1:3: an item of the file must be a mapping"),
        ("- mdoel: m", "1:3: the item has 'mdoel', but none of model, config"),
        ("- {model: m, config: c}", "1:3: the item has model and config: keep one"),
        ("- model: 3", "1:10: model must be a name"),
        ("- include: no.yml", "1:12: no such file"),
        ("- {include: [3]}", "1:14: include must be the path of a file"),
        ("- model: m\n  operations:", "2:3: operations must be a mapping"),
        ("- model: m\n- config: m", "2:3: the config 'm' has the name of the model"),
        ("a:", "1:1: a must be a mapping or a text, such as main: train"),
        ("a: [x]", "1:1: a must be a mapping or a text"),
        ("a: 3", "1:4: a must be a mapping or a text"),
        ("a b: {main: x}", "1:1: 'a b' is not a valid operation name"),
        ("a: &x\n  main: *x", "2:9: the alias *x stands inside"),
    ],
)
def test_shapes_that_are_none(problems: Problems, text: str, expected: str) -> None:
    assert problems(text)[0].startswith(expected)
