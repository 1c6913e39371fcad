"""Flags as a file describes them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepflow.project.operations.read import read_guild

if TYPE_CHECKING:
    from .conftest import Problems, Read


def test_a_plain_value_is_the_default(guild: Read) -> None:
    flags = (
        guild("""\
        t:
          flags:
            f: 0.1
            i: 3
            b: yes
            s: 'a b'
            e: '1e3'
            g: 1e-4
            n: null
            empty:
            many: [1, 2]
        """)
        .all["t"]
        .flags
    )
    assert {name: flag.default for name, flag in flags.items()} == {
        "f": 0.1,
        "i": 3,
        "b": True,
        "s": "a b",
        "e": "1e3",
        "g": 1e-4,
        "n": None,
        "empty": None,
        "many": [1, 2],
    }
    assert [flag.name for flag in flags.values()] == list(flags)


def test_all_that_a_flag_may_say(guild: Read) -> None:
    flag = (
        guild("""\
        t:
          flags:
            size:
              default: 2
              description: How large
              type: number
              choices: [1, {value: 2, alias: two, description: b, flags: {y: 2}}]
              allow-other: yes
              required: yes
              min: 0
              max: 1.5
              alias: n
              arg-name: SIZE
              arg-skip: no
              arg-switch: 2
              arg-encoding: {yes: 'on', 1.5: 'x', a: b}
              arg-split: ','
              env-name: S
              env-encoding: {no: '0'}
              distribution: log-uniform
              null-label: none
        """)
        .all["t"]
        .flags["size"]
    )
    assert flag.model_dump() == {
        "name": "size",
        "default": 2,
        "description": "How large",
        "type": "number",
        "choices": (
            {"value": 1, "alias": "", "description": "", "flags": {}},
            {"value": 2, "alias": "two", "description": "b", "flags": {"y": 2}},
        ),
        "allow_other": True,
        "required": True,
        "min": 0,
        "max": 1.5,
        "alias": "n",
        "arg_name": "SIZE",
        "arg_skip": False,
        "arg_switch": 2,
        "arg_encoding": {True: "on", 1.5: "x", "a": "b"},
        "arg_split": ",",
        "env_name": "S",
        "env_encoding": {False: "0"},
        "distribution": "log-uniform",
        "null_label": "none",
    }


def test_an_unknown_type_is_odd(guild: Read) -> None:
    found = guild("t: {flags: {x: {type: flaot, default: 1}}}")
    assert found.all["t"].flags["x"].type == ""
    (notice,) = found.warnings
    assert str(notice.place).endswith("guild.yml:1:23")
    assert "did you mean 'float'?" in notice.message


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("[1]", "1:5: t.flags must be a mapping, such as flags: {lr: 0.1}"),
        ("{x: {required: 3}}", "1:27: t.flags.x.required must be yes or no"),
        ("{x: {min: a}}", "1:22: t.flags.x.min must be a number, such as 1 or 0.5"),
        ("{x: {min: yes}}", "1:22: t.flags.x.min must be a number, such as 1 or 0.5"),
        ("{x: {min: 3, max: 1}}", "1:13: t.flags.x has a min that is greater than"),
        ("{x: {choices: 3}}", "1:26: t.flags.x.choices must be a list"),
        ("{x: {choices: [{}]}}", "1:27: t.flags.x.choices[0].value is missing"),
        ("{x: {arg-name: 3}}", "1:27: t.flags.x.arg-name must be a text, but 3 is"),
        ("{x: {arg-split: 3}}", "1:28: t.flags.x.arg-split must be yes or the text"),
        ("{x: {arg-encoding: 3}}", "1:31: t.flags.x.arg-encoding must be a mapping"),
        ("{x: {distribution: a}}", "1:31: t.flags.x.distribution must be one of"),
        ("{'': 1}", "1:13: the flag name '' is empty or holds a '='"),
        ("{a=b: 1}", "1:13: the flag name 'a=b' is empty or holds a '='"),
    ],
)
def test_flags_that_are_none(problems: Problems, flags: str, expected: str) -> None:
    (found,) = problems(f"t: {{flags: {flags}}}")
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("yes", "all"),
        ("all", "all"),
        ("auto", "auto"),
        ("no", ()),
        ("[]", ()),
        ("[a, b]", ("a", "b")),
        ("", "auto"),
    ],
)
def test_flags_import(guild: Read, written: str, expected: object) -> None:
    found = guild(f"t: {{flags-import: {written}}}").all["t"]
    assert found.flags_import == expected


@pytest.mark.parametrize(
    "destination",
    [
        "args",
        "globals",
        "none",
        "global:P",
        "namespace:a.b",
        "args:fit",
        "config:c/d.yml",
    ],
)
def test_destinations(guild: Read, destination: str) -> None:
    found = guild(f"t: {{flags-dest: '{destination}'}}").all["t"]
    assert found.flags_dest == destination


@pytest.mark.parametrize("destination", ["arg", "'global:'", "'config:'", "'x:y'"])
def test_destinations_that_are_none(problems: Problems, destination: str) -> None:
    (found,) = problems(f"t: {{flags-dest: {destination}}}")
    assert found.startswith("1:17: t.flags-dest must be one of args, globals, none, ")
    (found,) = problems("t: {flags-import: [1]}")
    assert found.startswith("1:5: t.flags-import must be yes, no, all, auto or a list")


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text("ab1:{}'#é\n")
    | st.floats(-1e9, 1e9)
)
NAMES = st.text("abcxyz:-_.0123456789", min_size=1).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(values=st.dictionaries(NAMES, SCALARS | st.lists(SCALARS), max_size=6))
def test_short_and_long_form_say_the_same(values: dict[str, object]) -> None:
    long = {name: {"default": value} for name, value in values.items()}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "guild.yml"
        content = {"a": {"flags": values}, "b": {"flags": long}}
        file.write_text(yaml.safe_dump(content))
        found = read_guild(file).all
    assert found["a"].flags == found["b"].flags
    assert {name: one.default for name, one in found["a"].flags.items()} == values
