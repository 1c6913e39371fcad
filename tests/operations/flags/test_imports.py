"""The flags that a script has."""

from __future__ import annotations

import shlex
import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.errors import ProjectError
from sweepflow.operations.flags.destinations import Destination
from sweepflow.operations.flags.imports import ImportedFlag, import_flags, select

if TYPE_CHECKING:
    from pathlib import Path

ARGPARSE = """
import argparse
LR = 1.5
p = argparse.ArgumentParser(description="x")
g = p.add_argument_group("g")
p.add_argument("--x", type=float, default=LR, help="the x")
g.add_argument("--my-flag", default="z", choices=["z", "w"])
p.add_argument("-q", "--quiet", action="store_true")
p.add_argument("--no-c", action="store_false", dest="c")
p.add_argument("--items", nargs="+", type=int, default=[1, 2])
p.add_argument("--req", required=True)
p.add_argument("--cnt", action="count")
p.add_argument("--bo", action=argparse.BooleanOptionalAction, default=True)
p.add_argument("--bi", action=argparse.BooleanOptionalAction)
p.add_argument("--hidden", default=argparse.SUPPRESS)
p.add_argument("--text", type=int, default="5")
p.add_argument("pos", nargs="?")
p.add_argument("-s", type=int, default=1)
"""
PARSE = """
if __name__ == "__main__":
    print(p.parse_args())
"""
CLICK = """
import click
@click.command()
@click.option("--x", type=float, default=1.5, help="the x")
@click.option("-b", "--batch-size", default=10)
@click.option("--choice", type=click.Choice(["a", "b"]), default="a")
@click.option("--flag/--no-flag", default=False)
@click.option("--keep/--no-keep", default=True)
@click.option("--shout", is_flag=True)
@click.option("--multi", multiple=True)
@click.option("--pair", nargs=2, type=int, default=(1, 2))
@click.option("--req", required=True)
@click.option("--n", type=click.IntRange(1, max=5), default=2)
@click.option("-v", "--verbose", count=True)
@click.argument("pos", required=False)
def main(**kw):
    print(kw)
"""
CALL = """
if __name__ == "__main__":
    main()
"""


def imported(
    folder: Path, code: str, to: str | None = None, main: str = "script"
) -> list[ImportedFlag]:
    (folder / "script.py").write_text(dedent(code), encoding="utf-8")
    destination = Destination.parse(to) if to else None
    return list(import_flags(main.split(), destination, [folder]).flags)


def told(flag: ImportedFlag) -> dict[str, Any]:
    """Give what a flag says, without its name."""
    return {word: value for word, value in flag.said.items() if word != "name"}


def by_name(flags: list[ImportedFlag]) -> dict[str, dict[str, Any]]:
    return {flag.name: told(flag) for flag in flags}


BOTH = (True, False)
OF_ARGPARSE: dict[str, dict[str, Any]] = {
    "x": {"default": 1.5, "type": "float", "description": "the x"},
    "my-flag": {"default": "z", "choices": ("z", "w")},
    "quiet": {"default": False, "choices": BOTH, "arg_switch": True},
    "no-c": {"default": True, "choices": BOTH, "arg_switch": False},
    "items": {"default": "1 2", "type": "int", "arg_split": True},
    "req": {"required": True},
    "bo": {"default": True, "choices": BOTH, "arg_switch": False, "arg_name": "no-bo"},
    "bi": {"choices": BOTH, "arg_switch": True, "arg_name": "bi"},
    "hidden": {},
    "text": {"default": 5, "type": "int"},
}
OF_CLICK: dict[str, dict[str, Any]] = {
    "x": {"default": 1.5, "type": "float", "description": "the x"},
    "batch-size": {"default": 10, "type": "int"},
    "choice": {"default": "a", "choices": ("a", "b")},
    "flag": {
        "default": False,
        "choices": BOTH,
        "arg_switch": True,
        "arg_name": "flag",
    },
    "keep": {
        "default": True,
        "choices": BOTH,
        "arg_switch": False,
        "arg_name": "no-keep",
    },
    "shout": {"default": False, "choices": BOTH, "arg_switch": True},
    "multi": {"type": "string"},
    "pair": {"default": "1 2", "type": "int", "arg_split": True},
    "req": {"type": "string", "required": True},
    "n": {"default": 2, "type": "int", "min": 1, "max": 5},
}


@pytest.mark.parametrize(
    ("code", "flags"),
    [
        (ARGPARSE + "raise SystemExit('it ran')\n" + PARSE, OF_ARGPARSE),
        (CLICK + "raise SystemExit('it ran')\n" + CALL, OF_CLICK),
    ],
)
def test_arguments_are_known_from_the_text_alone(
    tmp_path: Path, code: str, flags: dict[str, Any]
) -> None:
    assert by_name(imported(tmp_path, code)) == flags


LOOP = 'for n in "ab":\n    p.add_argument("--" + n, type=int)\n'
AGAIN = 'for n in "ab":\n    main = click.option("--" + n, type=int)(main)\n'


@pytest.mark.parametrize("main", ["script", "script.py"])
@pytest.mark.parametrize(
    ("code", "flags"),
    [(ARGPARSE + LOOP + PARSE, OF_ARGPARSE), (CLICK + CALL, OF_CLICK)],
)
def test_a_parser_that_the_text_does_not_tell_is_asked(
    tmp_path: Path, code: str, flags: dict[str, Any], main: str
) -> None:
    if "click" in code:
        code = code.replace("@click.command()", "@click.command()\n@(lambda f: f)")
    found = by_name(imported(tmp_path, code, main=main))
    assert {name: found[name] for name in flags} == flags
    assert found.get("a", {"type": "int"}) == {"type": "int"}


WAYS = {
    "another name": """
        from argparse import ArgumentParser as Parser
        p = Parser()
        p.add_argument("--x")
        p.parse_args()
    """,
    "a function": """
        import argparse
        def main():
            p = argparse.ArgumentParser()
            p.add_argument("--x")
            return p.parse_args()
        if __name__ == "__main__":
            main()
    """,
    "a function that adds": """
        import argparse
        def add(p):
            p.add_argument("--x")
        q = argparse.ArgumentParser()
        add(q)
        q.parse_args()
    """,
    "a parent": """
        import argparse
        a = argparse.ArgumentParser(add_help=False)
        a.add_argument("--x")
        b = argparse.ArgumentParser(parents=[a])
        b.parse_args()
    """,
    "a condition": """
        import argparse
        p = argparse.ArgumentParser()
        if len([1]):
            p.add_argument("--x")
        else:
            p.add_argument("--y")
        p.parse_known_args()
    """,
    "commands": """
        import argparse
        p = argparse.ArgumentParser()
        s = p.add_subparsers()
        s.add_parser("run").add_argument("--x")
        s.add_parser("b").add_argument("--y")
        p.parse_args()
    """,
    "a class": """
        import argparse
        class Parser(argparse.ArgumentParser):
            pass
        p = Parser()
        p.add_argument("--x")
        p.parse_args()
    """,
    "another module that adds": """
        import argparse, helper
        p = argparse.ArgumentParser()
        p.add_argument("--z")
        helper.add(p)
        p.parse_args()
    """,
    "a decorator that adds": """
        import click
        def more(f):
            return click.option("--x")(f)
        @click.command()
        @click.argument("run")
        @more
        def main(run, x): pass
        main()
    """,
    "another module": """
        import argparse, helper
        helper.parser().parse_args()
    """,
    "a group of click": """
        import click
        @click.group()
        def g(): pass
        @g.command()
        @click.option("--x")
        def run(x): pass
        @g.command()
        @click.option("--y")
        def b(y): pass
        g()
    """,
}


@pytest.mark.parametrize("code", WAYS.values(), ids=WAYS)
def test_parsers_are_made_in_many_ways(tmp_path: Path, code: str) -> None:
    (tmp_path / "helper.py").write_text(
        "import argparse\ndef parser():\n p = argparse.ArgumentParser()\n"
        " add(p)\n return p\n"
        "def add(p):\n p.add_argument('--x')\n"
    )
    names = [flag.name for flag in imported(tmp_path, code, main="script run")]
    assert "x" in names
    assert "y" not in names


def test_a_script_that_does_not_parse_is_not_run(tmp_path: Path) -> None:
    code = "import argparse\nopen('ran', 'w')\nargs = argparse.Namespace(x=1)\n"
    assert imported(tmp_path, code) == []
    assert not (tmp_path / "ran").exists()


def test_a_script_that_fails_before_it_parses_is_told(tmp_path: Path) -> None:
    code = "import argparse\np = [argparse.ArgumentParser()][0]\n1 / 0\np.parse_args()"
    with pytest.raises(ProjectError, match="division by zero"):
        imported(tmp_path, code)


GLOBALS = """
from os import path
x = 1
y: float = 2.5
s = 'abc'
b = True
n = None
l = [1, 'a b', '1']
d = {'a': 1}
t = (1, 2)
_p = 4
neg = -1
calc = 2 * 3
x2 = y2 = 3
x = 5
class C:
    inside = 1
def f():
    inside = 1
"""


def test_globals_that_are_simple_literals_are_flags(tmp_path: Path) -> None:
    assert by_name(imported(tmp_path, GLOBALS)) == {
        "x": {"default": 1, "type": "number"},
        "y": {"default": 2.5, "type": "number"},
        "s": {"default": "abc", "type": "string"},
        "b": {"default": True, "type": "boolean"},
        "n": {},
        "l": {"default": "1 'a b' " + shlex.quote("'1'"), "arg_split": True},
        "neg": {"default": -1, "type": "number"},
        "x2": {"default": 3, "type": "number"},
        "y2": {"default": 3, "type": "number"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "to"),
    [
        ("p = {'a': 1, 'b': 'x', 'c': {}, 'd': f()}", "global:p"),
        ("p = {'q': dict(a=1, b='x')}", "dict:p.q"),
        ("import types\np = types.SimpleNamespace(a=1, b='x')", "namespace:p"),
        ("class p:\n    a = 1\n    b: str = 'x'\n    def f(self): pass", "namespace:p"),
    ],
)
def test_what_a_global_is_made_with_are_flags(
    tmp_path: Path, code: str, to: str
) -> None:
    assert by_name(imported(tmp_path, code, to)) == {
        "a": {"default": 1, "type": "number"},
        "b": {"default": "x", "type": "string"},
    }
    assert imported(tmp_path, code, "global:other") == []


def test_what_mappings_in_a_global_are_made_with_are_flags(tmp_path: Path) -> None:
    code = "p = {'a': 1, 'deep': {'x': 2, 'deeper': dict(y='z')}, 'f': int('3')}"
    flags = by_name(imported(tmp_path, code, "global:p"))
    assert {name: flag["default"] for name, flag in flags.items()} == {
        "a": 1,
        "deep.x": 2,
        "deep.deeper.y": "z",
    }


def test_a_configuration_has_flags(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(
        "a: 1\nn: {b: x, l: [1, b], e: {}}\nd: 2020-01-01\n"
    )
    assert by_name(imported(tmp_path, "", "config:c.yml")) == {
        "a": {"default": 1, "type": "number"},
        "n.b": {"default": "x", "type": "string"},
        "n.l": {"default": "1 b", "arg_split": True},
    }


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("all", "ac"),
        ((), ""),
        (("a", "b", "z"), "a"),
        ("auto", "c"),
    ],
)
def test_an_operation_says_which_flags_it_takes(
    wanted: str | tuple[str, ...], names: str
) -> None:
    flags = [ImportedFlag(name) for name in "abc"]
    taken = select(flags, wanted, {"b", "c", "z"}, {"b"})
    assert [flag.name for flag in taken] == list(names)


@pytest.mark.parametrize(
    ("main", "file"),
    [
        ("script", "script.py"),
        ("sub/tool", "sub/tool.py"),
        ("sub.tool", "sub/tool.py"),
        ("sub", "sub/__main__.py"),
        ("./sub/tool.py", "sub/tool.py"),
    ],
)
def test_main_leads_to_a_file(tmp_path: Path, main: str, file: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("x = 1")
    assert [f.name for f in import_flags([main], None, [tmp_path]).flags] == ["x"]


def test_an_installed_module_is_found_without_importing_it(tmp_path: Path) -> None:
    sys.modules.pop("this", None)
    found = import_flags(["this"], None, [tmp_path])
    assert found.destination == Destination("globals")
    assert "this" not in sys.modules


@pytest.mark.parametrize("main", ["none", "no.ne", "none.py", "sub/none", "__main__"])
def test_what_is_no_script_is_told(tmp_path: Path, main: str) -> None:
    with pytest.raises(ProjectError, match=f"there is no .*{main}"):
        import_flags([main], None, [tmp_path])


def test_what_is_no_python_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"script\.py:2: .* no valid Python"):
        imported(tmp_path, "x = 1\ny = (")
