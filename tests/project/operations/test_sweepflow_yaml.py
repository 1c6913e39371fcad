"""`operations:` of a sweepflow.yaml: the same words, and no unknown ones."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import ProjectError
from sweepflow.project.check import Checker
from sweepflow.project.document import read
from sweepflow.project.operations.read import read_guild, read_operations

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.project.operations.book import Operations

OPERATIONS = """\
prep: prep --fast
train:
  flags: {lr: 0.1, bs: {default: 3, type: int}}
  requires: [{operation: prep, select: '*.csv'}]
all:
  flags: {lr: 0.2}
  steps: [prep, 'train lr=${lr}']
"""


def _read(file: Path, text: str) -> Operations:
    file.write_text(text)
    document = read(file)
    checker = Checker(document)
    found = read_operations(document, checker)
    checker.finish()
    return found


def test_both_files_say_the_same(tmp_path: Path) -> None:
    text = OPERATIONS.replace("'*.csv'", "'.*csv'")
    (tmp_path / "guild.yml").write_text(text)
    found = _read(
        tmp_path / "sweepflow.yaml",
        "jobs: {}\noperations:\n" + textwrap.indent(text, "  "),
    )
    assert found.models == read_guild(tmp_path / "guild.yml").models
    assert list(found.all) == ["prep", "train", "all"]
    place = found.place(found.all["train"], "flags", "lr")
    assert str(place) == f"{tmp_path / 'sweepflow.yaml'}:5:13"


def test_unknown_keys_are_errors(tmp_path: Path) -> None:
    file = tmp_path / "sweepflow.yaml"
    with pytest.raises(ProjectError) as caught:
        _read(
            file,
            textwrap.dedent("""\
            operations:
              a: {mian: x, plugins: all}
              b: {main: x, exec: y}
              c: {flags: {x: {typ: int, type: integer}}}
              d: {steps: [{run: a, nmae: x}], env-secrets: []}
              e: {requires: [{file: x, slect: y}]}
              f: {main: 3}
            """),
        )
    found = str(caught.value).replace(f"{file}:", "").split("\n")
    starts = [
        "2:7: unknown key 'mian' in operations.a: did you mean 'main'? (valid keys: ",
        "2:16: unknown key 'plugins' in operations.a (valid keys: description, main, ",
        "3:7: exec and main are both given, and main is not used: keep one of them",
        "4:19: unknown key 'typ' in operations.c.flags.x: did you mean 'type'?",
        "4:35: the flag 'x' has the unknown type 'integer'",
        "5:24: unknown key 'nmae' in operations.d.steps[0]: did you mean 'name'?",
        "5:35: unknown key 'env-secrets' in operations.d: secrets are taken from",
        "6:28: unknown key 'slect' in operations.e.requires[0]: did you mean 'select'?",
        "7:13: operations.f.main must be a text, but 3 is a number in YAML",
    ]
    assert len(found) == len(starts)
    for told, start in zip(found, starts, strict=True):
        assert told.startswith(start)


@pytest.mark.parametrize("text", ["jobs: {}", "operations:", "operations: {}"])
def test_there_may_be_none(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path / "sweepflow.yaml", text).all == {}
