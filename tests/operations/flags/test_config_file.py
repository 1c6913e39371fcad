"""Configuration files with some values set, and all else as it was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from sweepflow.errors import ProjectError
from sweepflow.operations.flags.config_file import read_config, write_config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sweepflow.operations.flags.model import Value

AS_WRITTEN = """\
lr: 1e-4
text: '1e-4'
day: 2020-01-01
mode: 0o17
count: 1_000
answer: on
"""


def written(tmp_path: Path, name: str, text: str, **values: Value) -> str:
    file = tmp_path / name
    file.write_text(text)
    dotted = {key.replace("__", "."): value for key, value in values.items()}
    return write_config(file, dotted)


def test_what_is_not_set_stays_as_it_is_written(tmp_path: Path) -> None:
    text = written(tmp_path, "c.yml", f"{AS_WRITTEN}x: 1\n", x=2)
    assert text == f"{AS_WRITTEN}x: 2\n"


def test_what_is_set_to_what_it_is_stays_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(AS_WRITTEN)
    values = read_config(tmp_path / "c.yml")
    assert values["lr"] == 1e-4
    assert values["text"] == "1e-4"
    assert write_config(tmp_path / "c.yml", values) == AS_WRITTEN


@pytest.mark.parametrize(
    ("value", "expected"), [(1e-5, "lr: 1.0e-05\n"), ("1e-4", "lr: '1e-4'\n")]
)
def test_a_value_that_is_set_is_of_its_type_for_any_reader(
    tmp_path: Path, value: Value, expected: str
) -> None:
    text = written(tmp_path, "c.yml", "lr: 1e-4\n", lr=value)
    assert text == expected
    assert yaml.safe_load(text) == {"lr": value}


def test_what_others_refer_to_stays_as_it_is_for_them(tmp_path: Path) -> None:
    before = "a: &a {x: 1, y: 1e-4}\nb: *a\nc:\n  <<: *a\n  z: 3\n"
    text = written(tmp_path, "c.yml", before, b__x=5, c__y=6)
    assert yaml.safe_load(text) == {
        "a": {"x": 1, "y": "1e-4"},
        "b": {"x": 5, "y": "1e-4"},
        "c": {"x": 1, "y": 6, "z": 3},
    }


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("c.yml", "b: 0\na: 1\n", "c.yml:2: 'a.b.c' cannot be set, since 'a' is no"),
        ("c.yml", "a: [1]\n", "c.yml:1: 'a.b.c' cannot be set, since 'a' is no"),
        ("c.yml", "a: {b: ''}\n", "'a.b.c' cannot be set, since 'b' is no mapping"),
        ("c.json", '{"a": 1}', "c.json: 'a.b.c' cannot be set, since 'a' is no"),
    ],
)
def test_a_value_is_not_made_a_section(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    with pytest.raises(ProjectError, match=told) as caught:
        written(tmp_path, name, text, a__b__c=5)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "text", "load"),
    [("c.yml", "a:\n", yaml.safe_load), ("c.json", '{"a": null}', json.loads)],
)
def test_an_empty_section_is_one(
    tmp_path: Path, name: str, text: str, load: Callable[[str], object]
) -> None:
    assert load(written(tmp_path, name, text, a__b=5)) == {"a": {"b": 5}}
