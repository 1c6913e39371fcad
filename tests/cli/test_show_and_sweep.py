from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

JOBS = """
jobs:
  train:
    run: python train.py
    add: hydra/launcher=joblib
    sets:
      - each: a=1:3
  other: {call: my.code.f}
"""


def test_show_prints_what_was_loaded(shell: Shell) -> None:
    path = shell.write(JOBS)

    out = shell.sweepflow("show").stdout

    assert out.startswith(f"# {path}\n")
    assert yaml.safe_load(out) == yaml.safe_load(JOBS)


def test_show_prints_one_job(shell: Shell) -> None:
    shell.write(JOBS, "hydraflow.yaml")

    facts = json.loads(shell.sweepflow("show", "other", "--json").stdout)

    assert facts["jobs"] == {"other": {"call": "my.code.f"}}
    assert "did you mean 'train'?" in shell.bad("show", "tran")


def test_sweep_prints_a_combination_a_line(shell: Shell) -> None:
    out = shell.sweepflow("sweep", "lr=1:2", "msg='a b',c").stdout
    assert out.splitlines() == [
        "1  lr=1  'msg='\"'\"'a b'\"'\"''",
        "2  lr=1  msg=c",
        "3  lr=2  'msg='\"'\"'a b'\"'\"''",
        "4  lr=2  msg=c",
    ]


def test_sweep_as_json(shell: Shell) -> None:
    out = shell.sweepflow("sweep", "--json", "lr=1k,2k m=x").stdout
    assert json.loads(out) == [["lr=1000", "m=x"], ["lr=2000", "m=x"]]
    out = shell.sweepflow("sweep", "--json", "--all", "lr=1k,2k m=x").stdout
    assert json.loads(out) == ["lr=1000,2000", "m=x"]


def test_sweep_counts_without_expanding(shell: Shell) -> None:
    assert shell.sweepflow("sweep", "--count", "a=1:10 b=1:5").stdout == "50\n"
    huge = "a=1:1000000000 b=1:1000000000"
    assert shell.sweepflow("sweep", "--count", huge).stdout == f"{10**18}\n"


def test_sweep_refuses_what_is_too_large(shell: Shell) -> None:
    assert "--limit" in shell.bad("sweep", "a=1:1000000000000")
    out = shell.sweepflow("sweep", "a=1:20", "--limit", "20").stdout
    assert len(out.splitlines()) == 20
    assert "--limit" in shell.bad("sweep", "a=1:20", "--limit", "19")


def test_sweep_points_at_what_is_wrong(shell: Shell) -> None:
    assert shell.bad("sweep", "lr=1:3:K").splitlines() == [
        "error: unknown suffix 'K' (did you mean k?)",
        "  lr=1:3:K",
        "         ^",
        shell.bad("sweep", "lr=1:3:K").splitlines()[3],
    ]
