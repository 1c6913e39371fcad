"""Configuration files with the values of a run, and modules."""

from __future__ import annotations

import configparser
import json
from typing import TYPE_CHECKING

import pytest
import yaml

from sweepflow.errors import ProjectError
from sweepflow.operations.requirements import RequirementError
from tests.operations.requirements.wanting import renamed, requirement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sweepflow.project.operations.requirements import Requirement
    from sweepflow.store.records import Json
    from tests.operations.requirements.wanting import Bench


def config(source: str, **keys: Json) -> Requirement:
    return requirement("config", source, **keys)


@pytest.mark.parametrize(
    ("name", "text", "load"),
    [
        ("c.yml", "a: 1\nb:\n  c: 2\n", yaml.safe_load),
        ("c.json.in", '{"a": 1, "b": {"c": 2}}', json.loads),
    ],
)
def test_params_then_flags_are_set_by_dotted_name(
    bench: Bench, name: str, text: str, load: Callable[[str], object]
) -> None:
    bench.write(name, text)
    flags = {"b.c": 9, "l": [1, 2.5, "x"], "none": None, "é": True, "z.y": "1e3"}
    wanted = config(name, params={"a": 7, "z.y": 1}, target_path="cfg")
    done = bench.resolve(wanted, flags=flags)
    assert load(bench.read(f"cfg/{name}")) == {
        "a": 7,
        "b": {"c": 9},
        "l": [1, 2.5, "x"],
        "é": True,
        "z": {"y": "1e3"},
    }
    assert [placed.how for placed in done.placed] == ["made"]
    assert (bench.places.project / name).read_text("utf-8") == text


def test_a_config_may_be_another_file_and_is_left_where_one_is(
    bench: Bench,
) -> None:
    bench.write("c.ini", "[a]\nx = 1\n")
    given = bench.write("d.ini", "[a]\nx = 2\n")
    wanted = config("c.ini", rename=renamed("d.ini"))
    bench.resolve(wanted, given=given, flags={"a.y": 3})
    bench.resolve(wanted)
    parser = configparser.ConfigParser()
    parser.read_string(bench.read("d.ini"))
    assert dict(parser["a"]) == {"x": "2", "y": "3"}
    assert bench.warnings == ["d.ini is there already; left as it is"]


def test_what_is_no_config_is_refused(bench: Bench) -> None:
    for name, text in (("c.txt", "x"), ("c.yml", "- 1"), ("c.json", "{")):
        bench.write(name, text)
        with pytest.raises(ProjectError):
            bench.resolve(config(name), flags={"a": 1})
    assert bench.there == []


def test_a_module_must_be_there_and_is_not_run(bench: Bench) -> None:
    bench.write("mine/inner.py", "raise SystemExit(3)")
    for name in ("json.decoder", "sys", "mine.inner", "zipimport"):
        assert bench.resolve(requirement("module", name)).placed == ()
    for name in ("no_such_module_here", "json.nope", "json.decoder.deeper"):
        with pytest.raises(RequirementError, match="no module named"):
            bench.resolve(requirement("module", name))
    assert bench.warnings == []
