"""Configuration files with the values of a run, and modules."""

from __future__ import annotations

import configparser
import json
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.operations.requirements import RequirementError
from sweepflow.operations.requirements.config import nested
from tests.operations.requirements.wanting import Requirement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sweepflow.store.records import Json
    from tests.operations.requirements.wanting import Bench


def config(source: str, **keys: Json) -> Requirement:
    return Requirement("config", source, **keys)


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


def test_an_ini_file_has_sections(bench: Bench) -> None:
    bench.write("c.ini", "[DEFAULT]\nd = 0\n[s.t]\nX = 1%\n")
    bench.resolve(config("c.ini"), flags={"s.t.X": 2, "new.y": "a%b", "d": 5})
    parser = configparser.RawConfigParser()
    parser.read_string(bench.read("c.ini"))
    assert parser["s.t"]["x"] == "2"
    assert parser["new"]["y"] == "a%b"
    assert parser.defaults() == {"d": "5"}


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("c.txt", "x", "is of no known format"),
        ("c.yml", "- 1", "holds no mapping"),
        ("c.yml", "a: [", "cannot rewrite"),
        ("c.json", "{", "cannot rewrite"),
        ("c.ini", "x", "cannot rewrite"),
        ("c.yml", "a: 1", "a.b has no place: a is 1"),
    ],
)
def test_what_cannot_be_rewritten_is_refused(
    bench: Bench, name: str, text: str, part: str
) -> None:
    bench.write(name, text)
    with pytest.raises(RequirementError, match=part):
        bench.resolve(config(name), flags={"a.b": 1})
    assert bench.there == []


@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers()))
def test_names_without_dots_are_set_as_they_are(values: dict[str, int]) -> None:
    assert nested({"old": 1}, values) == {"old": 1, **values}


def test_a_module_must_be_there_and_is_not_run(bench: Bench) -> None:
    bench.write("mine/inner.py", "raise SystemExit(3)")
    for name in ("json.decoder", "sys", "mine.inner", "zipimport"):
        assert bench.resolve(Requirement("module", name)).placed == ()
    for name in ("no_such_module_here", "json.nope", "json.decoder.deeper"):
        with pytest.raises(RequirementError, match="no module named"):
            bench.resolve(Requirement("module", name))
    assert bench.warnings == []
