"""`sweepflow run NAME --help`."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

GUILD = """\
train:
  description: Train a model.
  flags:
    lr: {default: 0.1, type: float, description: The rate, min: 0, max: 1, alias: l}
    seed: {default: null, type: int, min: 3, required: yes}
    word: {default: 'a b', choices: ['a b', yes], allow-other: yes}
    size:
      description: How large
      choices:
        - small
        - {value: large, alias: big, description: A large one, flags: {lr: 0.01}}
    nothing: {null-label: all of them, max: 2}
    bare: null
  main: train
"""

FLAGS = """\
Flags:
  lr, l    The rate  [float; 0 to 1; default: 0.1]
  seed     [int; at least 3; required]
  word     [one of a b, yes or another value; default: a b]
  size     How large  [one of these]
             small
             large, big: A large one (sets lr=0.01)
  nothing  [at most 2; default: all of them]
  bare
"""


def help_of(shell: Shell, *args: str) -> str:
    result = shell.sweepflow("run", *args)
    assert result.returncode == 0, result
    return result.stdout


def test_an_operation(shell: Shell) -> None:
    shell.write(GUILD, "guild.yml")
    shell.write("x = 1", "train.py")

    out = help_of(shell, "train", "--help")

    head, flags, options = out.partition(FLAGS)
    assert head.splitlines() == [
        "Usage: sweepflow run train [FLAG=VALUE]... [OPTIONS]",
        "",
        "  Train a model.",
        "",
    ]
    assert flags
    assert options.startswith("\nOptions:\n  --")
    assert "--dry-run, --jobs, " in options
    assert "sweepflow run --help tells of them." in " ".join(options.split())


@pytest.mark.parametrize(
    "words",
    [
        ("--help", "train"),
        ("train", "lr=3", "--help"),
        ("--jobs", "2", "train", "--help"),
        ("--dry-run", "-j", "x", "--help", "train", "zzz"),
    ],
)
def test_wherever_it_stands(shell: Shell, words: tuple[str, ...]) -> None:
    shell.write(GUILD, "guild.yml")
    shell.write("x = 1", "train.py")
    assert FLAGS in help_of(shell, *words)


def test_of_a_file(shell: Shell) -> None:
    shell.write("jobs: {train: {run: echo}}")
    shell.write(GUILD, "other/guild.yml")
    shell.write("x = 1", "other/train.py")
    assert FLAGS in help_of(shell, "train", "--help", "--file", "other/guild.yml")
    assert "FLAG=VALUE" not in help_of(shell, "train", "--help")


def test_an_operation_of_a_model_and_one_without_flags(shell: Shell) -> None:
    shell.write("- model: net\n  operations: {all: {steps: [all2]}}", "guild.yml")
    for name in ("all", "net:all"):
        out = help_of(shell, name, "--help")
        assert out.startswith("Usage: sweepflow run net:all [")
        assert "\nFlags:\n  It has none.\n" in out


@pytest.mark.parametrize("text", [None, "other: {main: x, nope: 1}"])
def test_a_script(shell: Shell, text: str | None) -> None:
    if text:
        shell.write(text, "guild.yml")
    shell.write("lr = 0.1\nname = 'a'\n", "sub/train.py")
    out = help_of(shell, "sub/train.py", "--help")
    assert "run sub/train.py [FLAG" in out
    assert "  lr    [number; default: 0.1]\n  name  [string; default: a]\n" in out


def test_unknown_keys_are_told(shell: Shell) -> None:
    path = shell.write("a: {main: m, nope: 1}", "guild.yml")
    shell.write("", "m.py")
    result = shell.sweepflow("run", "a", "--help")
    assert result.stderr == (
        f"warning: {path}:1:14: a.nope has no effect: it is no known key\n"
    )


@pytest.mark.parametrize("name", ["job", "nope", "package.module:flow"])
def test_what_is_no_operation_has_the_ordinary_help(shell: Shell, name: str) -> None:
    ordinary = help_of(shell, "--help")
    shell.write("jobs: {job: {run: echo}}\noperations: {train: {main: x}}")
    assert help_of(shell, name, "--help") == ordinary
    assert help_of(shell, "--help") == ordinary


def test_what_is_wrong(shell: Shell) -> None:
    assert "no such script: " in shell.bad("run", "no.py", "--help")
    path = shell.write("train: {main: trian}", "guild.yml")
    message = shell.bad("run", "train", "--help")
    assert f"{path}:1:15: there is no Python module or script 'trian'" in message
    shell.write(
        "- {model: a, operations: {t: x}}\n- {model: b, operations: {t: x}}",
        "guild.yml",
    )
    assert "several models have an operation 't'" in shell.bad("run", "t", "--help")


def test_plain_help_reads_nothing(shell: Shell) -> None:
    shell.write("[broken", "guild.yml")
    code = (
        "import atexit, sys; from sweepflow.cli import main\n"
        "atexit.register(lambda: print(*sys.modules)); main(['run', '--help'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shell.cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(done.stdout.split())
    assert not modules & {"yaml", "sweepflow.project.load", "sweepflow.project.models"}
    assert not [one for one in modules if one.startswith("sweepflow.operations")]
