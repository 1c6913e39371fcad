"""Flags, from the file and the user to the command."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.system.operations.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.operations.conftest import Make


def test_flags_are_arguments_and_variables_in_the_order_of_their_names(
    make: Make,
) -> None:
    project = make(
        "o:\n  main: echo\n  flags-dest: args\n  flags: {b: yes, c: no, i: 3, f: 1.5, "
        "s: 'a b', n: null, z: '', my-flag: 1}"
    )
    project.run("o")
    argv, *variables = project.output(project.latest("o")).splitlines()
    words = "--b 1 --c '' --f 1.5 --i 3 --my-flag 1 --s 'a b' --z ''"
    assert argv == f"argv {shlex.split(words)}"
    assert {"FLAG_B=1", "FLAG_C=", "FLAG_N=", "FLAG_MY_FLAG=1"} <= set(variables)


def test_a_flag_may_say_how_its_argument_is_written(make: Make) -> None:
    project = make("""\
o:
  main: echo
  flags-dest: args
  flags:
    a: {default: 1, arg-name: alpha}
    b: {default: 2, arg-skip: yes}
    c: {default: yes, arg-switch: yes}
    d: {default: no, arg-switch: yes}
    e: {default: 5, env-name: FLAG_OF_MINE}
    g: {default: yes, arg-encoding: {yes: 'true', no: 'false'}}
    h: {default: 1 2, arg-split: yes}
""")
    for words, expected in (
        ("", "--alpha 1 --c --e 5 --g true --h 1 2"),
        ("d=yes c=no g=no", "--alpha 1 --d --e 5 --g false --h 1 2"),
    ):
        project.run("o", *words.split())
        argv, *variables = project.output(project.runs()[-1]).splitlines()
        assert argv == f"argv {expected.split()}"
        assert {"FLAG_B=2", "FLAG_OF_MINE=5"} <= set(variables)


def test_what_is_included_extended_and_parametrized(make: Make) -> None:
    project = make("""\
- config: common
  flags: {lr: 0.1, bs: 10}
- config: base
  params: {depth: 3}
  operations:
    deep: {main: echo, flags-dest: args, flags: {depth: '{{depth}}', s: 'x{{depth}}'}}
- model: m
  extends: base
  params: {depth: 7}
  operations:
    wide: {main: echo, flags-dest: args, flags: {$include: common, bs: 20}}
    p: {steps: [deep, wide]}
""")
    project.run("p")
    _, deep, wide = project.runs()
    assert (deep.params, wide.params) == (
        {"depth": 7, "s": "x7"},
        {"lr": 0.1, "bs": 20},
    )
    assert project.output(deep).startswith("argv ['--depth', '7', '--s', 'x7']\n")


VALUES = {
    "whole": 3,
    "fraction": 2.5,
    "small": 0.0001,
    "yes_or_no": True,
    "text": "a b",
    "odd": "'\"\\ $x ü=1",
    "number_as_text": "1e3",
    "lines": "a\nb",
    "empty": "",
}
NAMES = ", ".join(VALUES)
PRINT = f"print(__import__('json').dumps([{NAMES}]))"

ARGPARSE = f"""\
import argparse
p = argparse.ArgumentParser()
for name, kind in (("whole", int), ("fraction", float), ("small", float),
                   ("yes_or_no", bool), ("text", str), ("odd", str),
                   ("number_as_text", str), ("lines", str), ("empty", str)):
    p.add_argument("--" + name, type=kind)
globals().update(vars(p.parse_args()))
{PRINT}
"""
CLICK = f"""\
import click
@click.command()
@click.option("--whole", type=int)
@click.option("--fraction", type=float)
@click.option("--small", type=float)
@click.option("--yes_or_no", type=bool)
@click.option("--text")
@click.option("--odd")
@click.option("--number_as_text")
@click.option("--lines")
@click.option("--empty")
def main({NAMES}):
    {PRINT}
main()
"""
GLOBALS = "".join(f"{name} = None\n" for name in VALUES) + PRINT
GLOBAL = f"params = {{}}\nglobals().update(params)\n{PRINT}"
NAMESPACE = f"""\
import types
params = types.SimpleNamespace()
globals().update(vars(params))
{PRINT}
"""
CONFIG = f"""\
import json
globals().update(json.load(open("config.json")))
{PRINT}
"""
DESTINATIONS = {
    "argparse": (ARGPARSE, None),
    "click": (CLICK, None),
    "globals": (GLOBALS, "globals"),
    "a global": (GLOBAL, "global:params"),
    "a namespace": (NAMESPACE, "namespace:params"),
    "a file": (CONFIG, "config:config.json"),
}


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_values_of_every_kind_arrive_as_they_are_at(
    make: Make, destination: str
) -> None:
    script, dest = DESTINATIONS[destination]
    flags = {**VALUES, "none": None} if dest else VALUES
    operation = {"main": "script", "flags": flags, "flags-dest": dest}
    project = make(json.dumps({"o": operation}))
    project.write(script, "script.py")
    project.write("{}", "config.json")
    project.run("o")
    run = project.latest("o")
    printed = json.loads(project.output(run))
    assert list(map(repr, printed)) == list(map(repr, VALUES.values()))
    assert {name: run.params[name] for name in VALUES} == VALUES


def test_a_script_without_any_file_is_an_operation(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project", "")
    (project.folder / "guild.yml").unlink()
    project.run("t.py", "x=1", "y=[0,1]")
    assert [(run.name, run.params["y"]) for run in project.runs()] == [
        ("t.py", 0),
        ("t.py", 1),
    ]
    assert [project.scalars(run)["loss"].last for run in project.runs()] == [1.0, 2.0]


def test_numbers_in_the_output_are_scalars_with_steps(make: Make) -> None:
    project = make(
        "usual: {main: steps}\n"
        "said: {main: steps, output-scalars: [{step: 'epoch (\\d+)'}, "
        "{other: 'other=(\\S+)'}, '(?P<named>\\d+)!']}\n"
        "none: {main: steps, output-scalars: no}\n"
        "p: {steps: [usual, said, none]}"
    )
    project.write(
        "for n in range(1, 4):\n"
        "    print('epoch', n)\n"
        "    print(f'loss: {1 / n} (step {n})')\n"
        "    print(f'other={n * 10}', f'{n}!')\n",
        "steps.py",
    )
    project.run("p")
    usual, said, none = (
        project.scalars(project.latest(f"p/{name}"))
        for name in ("usual", "said", "none")
    )
    assert list(usual) == ["loss"]
    loss = usual["loss"]
    assert (loss.first_step, loss.last_step, loss.count) == (1, 3, 3)
    assert (loss.first, loss.min, loss.max) == (1.0, 1 / 3, 1.0)
    assert sorted(said) == ["named", "other"]
    assert (said["other"].last, said["other"].last_step) == (30, 3)
    assert (said["named"].first, said["named"].count) == (1, 3)
    assert none == {}
