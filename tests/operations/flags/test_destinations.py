"""Values of flags go where their operation says, and arrive as they were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import ProjectError
from sweepflow.operations.flags.config_file import read_config
from sweepflow.operations.flags.destinations import (
    Destination,
    Invocation,
    invoke_command,
    invoke_main,
)
from tests.operations.flags.flag import Flag, flags
from tests.operations.flags.test_values import same, scalars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.operations.flags.model import FlagLike, Value

PYTHON = [sys.executable, "-u"]


def invoked(
    main: str,
    to: str,
    operation: Sequence[FlagLike],
    folder: Path = Path(),
    **others: Value,
) -> Invocation:
    values = {flag.name: flag.default for flag in operation} | others
    return invoke_main(main.split(), Destination.parse(to), operation, values, folder)


def output(invocation: Invocation, folder: Path) -> str:
    for name, text in invocation.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return subprocess.run(
        invocation.argv,
        cwd=folder,
        env={**os.environ, **invocation.environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    ("main", "command"),
    [
        ("train", ["-m", "train", "--x", "1"]),
        ("package.train", ["-m", "package.train", "--x", "1"]),
        ("src/train", ["src/train.py", "--x", "1"]),
        ("train.py", ["train.py", "--x", "1"]),
        ("train --y ${x} z", ["-m", "train", "--y", "1", "z", "--x", "1"]),
        ("train ${flag_args} z", ["-m", "train", "--x", "1", "z"]),
    ],
)
@pytest.mark.parametrize("to", ["args", "args:click"])
def test_arguments_follow_the_script(main: str, command: list[str], to: str) -> None:
    invocation = invoked(main, to, flags(x=1))
    assert list(invocation.argv) == [*PYTHON, *command]
    assert invocation.environment == {"FLAG_X": "1"}
    assert invocation.files == {}


def test_nothing_but_the_environment_is_a_destination() -> None:
    invocation = invoked("train --y ${x}", "none", flags(x=1))
    assert list(invocation.argv) == [*PYTHON, "-m", "train", "--y", "1"]
    assert invocation.environment == {"FLAG_X": "1"}


def test_a_command_has_its_flags_where_it_says() -> None:
    invocation = invoke_command(["sh", "-c", "${x}"], flags(x=1), {"x": 1})
    assert invocation == Invocation(("sh", "-c", "1"), {"FLAG_X": "1"})


@pytest.mark.parametrize(
    ("to", "before", "after"),
    [
        ("globals", "x = 1\nh = []\nn = 5\ns = 1", "x, h, n, s"),
        ("global:p", "p = {'n': 5}", "p['x'], p['h'], p['n'], 1"),
        ("dict:p.q", "p = {'q': {'n': 5}}", "*[p['q'][k] for k in 'xhn'], 1"),
        (
            "namespace:p",
            "import types\np = types.SimpleNamespace(n=5)",
            "p.x, p.h, p.n, 1",
        ),
    ],
)
def test_globals_get_values_with_their_types(
    tmp_path: Path, to: str, before: str, after: str
) -> None:
    (tmp_path / "s.py").write_text(f"{before}\nimport sys\nprint([{after}], sys.argv)")
    operation: list[FlagLike] = [
        Flag("x", 2.5),
        Flag("list", "1 'a b'", arg_split=True, arg_name="h"),
        Flag("n", None),
        Flag("s", 7, arg_skip=True),
    ]
    invocation = invoked("s --v ${x}", to, operation, tmp_path)
    assert invocation.environment["FLAG_S"] == "7"
    told, _, argv = output(invocation, tmp_path).partition("] [")
    assert told == "[2.5, [1, 'a b'], 5, 1"
    assert argv.endswith("'--v', '2.5']\n")


CONFIGS = {
    "c.yml": "a: 1 # it\nn: {x: 1, y: z}\n",
    "c.yaml.in": "a: 1\nn:\n  x: 1\n  y: z\n",
    "c.json": '{"a": 1, "n": {"x": 1, "y": "z"}}',
    "c.ini": "[DEFAULT]\na = 1\n[n]\nx = 1\ny = z\n",
    "c.cfg": "[DEFAULT]\na = 1\n[n]\nx = 1\ny = z\n",
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_file_has_the_values(tmp_path: Path, name: str) -> None:
    (tmp_path / "conf").mkdir()
    project_file = tmp_path / "conf" / name
    project_file.write_text(CONFIGS[name])
    operation: list[FlagLike] = [
        Flag("n.x", 5),
        Flag("new.z", True),
        Flag("a", 0, arg_skip=True),
    ]
    invocation = invoked("s", f"config:conf/{name}", operation, tmp_path)
    assert list(invocation.argv) == [*PYTHON, "-m", "s"]
    (tmp_path / name).write_text(invocation.files[name])
    assert read_config(tmp_path / name) == {
        "a": 1,
        "n.x": 5,
        "n.y": "z",
        "new.z": True,
    }
    assert project_file.read_text() == CONFIGS[name]


@pytest.mark.parametrize("name", ["c.yml", "c.json"])
def test_a_configuration_file_keeps_every_value(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    file = tmp_path_factory.mktemp("config") / name
    again = file.with_stem("again")

    without_nul = scalars.filter(lambda value: "\0" not in str(value))

    @given(st.dictionaries(st.sampled_from(["a", "b.c", "b.d.e"]), without_nul))
    def holds(values: dict[str, Value]) -> None:
        file.write_text("{}")
        operation = [Flag(key, value) for key, value in values.items()]
        text = invoked("s", f"config:{name}", operation, file.parent).files[name]
        again.write_text(text, encoding="utf-8")
        read = read_config(again)
        assert read.keys() == values.keys()
        assert all(same(read[key], values[key]) for key in values)

    holds()


@pytest.mark.parametrize("value", ["\x85", "a\n\x85b", "\u2028 a", "\ufeff"])
def test_yaml_keeps_line_breaks_of_all_kinds(tmp_path: Path, value: str) -> None:
    (tmp_path / "c.yml").write_text("")
    text = invoked("s", "config:c.yml", flags(a=value), tmp_path).files["c.yml"]
    (tmp_path / "again.yml").write_text(text, encoding="utf-8")
    assert read_config(tmp_path / "again.yml") == {"a": value}


def test_a_key_may_have_a_dot_itself(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"a.b": 1}')
    operation: list[FlagLike] = [Flag("a.b", 2)]
    text = invoked("s", "config:c.json", operation, tmp_path).files["c.json"]
    assert json.loads(text) == {"a.b": 2}


def test_text_that_looks_like_a_number_is_quoted_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text("")
    invocation = invoked("s", "config:c.yml", flags(a="1e3", b="x"), tmp_path)
    assert invocation.files["c.yml"] == "a: '1e3'\nb: x\n"


@pytest.mark.parametrize("value", [" a", "a\n#b", "a\r"])
def test_what_cannot_stand_in_an_ini_file_is_refused(
    tmp_path: Path, value: str
) -> None:
    (tmp_path / "c.ini").write_text("")
    with pytest.raises(ProjectError, match="cannot stand"):
        invoked("s", "config:c.ini", flags(a=value), tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("c.yml", "a: [", "c.yml:1:"),
        ("c.yml", "- 1", "no mapping"),
        ("c.json", "{\n", "c.json:2"),
        ("c.ini", "a = 1", "no section"),
        ("c.toml", "a = 1", "cannot go into"),
        ("c.yml", None, "cannot read"),
    ],
)
def test_what_is_wrong_with_the_file_is_told(
    tmp_path: Path, name: str, text: str | None, told: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(ProjectError, match=told):
        invoked("s", f"config:{name}", flags(a=1), tmp_path)


@pytest.mark.parametrize(
    "to", ["", "arg", "global:", "config:", "globals:x", "global:1"]
)
def test_what_is_no_destination_is_refused(to: str) -> None:
    with pytest.raises(ProjectError, match="no destination"):
        Destination.parse(to)
