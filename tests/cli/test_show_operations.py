"""`sweepflow show` of operations, and of the graph that they make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

GUILD = """\
prepare:
  description: Prepare data
  main: data.prepare
train:
  main: train
  flags:
    lr: {default: 0.1, description: The rate, max: 1}
    size:
      choices: [small, {value: large, alias: l, description: Big, flags: {lr: 0.01}}]
      required: yes
  requires: [{operation: prepare, select: '.*csv'}, {file: more.csv}]
  compare: loss
all:
  steps: [prepare, {run: train lr=0.2, name: t}]
"""

TRAIN = """\
import argparse
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.5)
p.add_argument("--epochs", type=int, default=10, help="How long")
print(p.parse_args())
"""


def told(shell: Shell, *args: str) -> dict[str, Any]:
    result = shell.sweepflow("show", "--json", *args)
    assert result.returncode == 0, result
    return json.loads(result.stdout)


def test_a_project_with_a_guild_file_alone(shell: Shell) -> None:
    path = shell.write(GUILD, "guild.yml")

    out = shell.sweepflow("show")

    assert out.stdout.startswith(f"# {path}\n")
    assert yaml.safe_load(out.stdout)["operations"] == {
        "prepare": {"description": "Prepare data", "main": "data.prepare"},
        "train": {"main": "train"},
        "all": {"steps": ["prepare", "train lr=0.2"]},
    }
    assert out.stderr == ""
    assert told(shell, "--file", "guild.yml") == told(shell)


def test_beside_jobs_and_workflows(shell: Shell) -> None:
    shell.write(
        "jobs: {j: {run: echo}}\n"
        "workflows: {w: 'm:w'}\n"
        "operations: {o: {exec: echo, tags: [a]}}\n"
    )
    facts = told(shell)
    assert list(facts) == ["file", "jobs", "operations", "workflows"]
    assert facts["operations"] == {"o": {"exec": "echo"}}


def test_operations_of_models(shell: Shell) -> None:
    text = "- model: net\n  operations: {train: {main: m, description: D}}\n"
    shell.write("jobs: {j: {run: echo}}", "hydraflow.yaml")
    shell.write(text, "guild.yml")
    listed = {"net:train": {"description": "D", "model": "net", "main": "m"}}
    assert told(shell)["operations"] == listed
    shell.write("x = 1", "m.py")
    assert list(told(shell, "train")["operations"]) == ["net:train"]
    assert told(shell, "net:train") == told(shell, "train")
    assert told(shell, "j")["jobs"] == {"j": {"run": "echo"}}


def test_one_operation_in_full(shell: Shell) -> None:
    shell.write(GUILD, "guild.yml")
    shell.write(TRAIN, "train.py")

    facts = told(shell, "train")["operations"]["train"]

    assert facts == {
        "main": "train",
        "flags": {
            "lr": {
                "default": 0.1,
                "description": "The rate",
                "type": "float",
                "max": 1,
            },
            "size": {
                "default": None,
                "required": True,
                "choices": [
                    "small",
                    {
                        "value": "large",
                        "alias": "l",
                        "description": "Big",
                        "flags": {"lr": 0.01},
                    },
                ],
            },
        },
        "flags-dest": "args",
        "requires": [
            {"operation": "prepare", "select": [".*csv"]},
            {"file": "more.csv"},
        ],
        "compare": ["loss"],
    }
    text = shell.sweepflow("show", "train").stdout
    assert yaml.safe_load(text)["operations"]["train"] == facts


def test_the_steps_of_an_operation(shell: Shell) -> None:
    shell.write(GUILD, "guild.yml")
    facts = told(shell, "all")["operations"]["all"]
    assert facts == {"steps": ["prepare", {"run": "train lr=0.2", "name": "t"}]}


@pytest.mark.parametrize("has_project", [True, False])
def test_a_script(shell: Shell, has_project: bool) -> None:
    if has_project:
        shell.write(GUILD, "guild.yml")
    shell.write(TRAIN, "src/train.py")
    facts = told(shell, "src/train.py")
    assert (facts["file"] is not None) == has_project
    assert facts["operations"]["src/train.py"]["flags"] == {
        "lr": {"default": 0.5, "type": "float"},
        "epochs": {"default": 10, "type": "int", "description": "How long"},
    }


def test_what_cannot_be_shown(shell: Shell) -> None:
    path = shell.write(GUILD, "guild.yml")
    assert "did you mean 'train'?" in shell.bad("show", "tran")
    assert f"{path}:5:9: there is no Python module" in shell.bad("show", "train")
    assert "no such script: " in shell.bad("show", "nope.py")
    shell.write("train: [", "guild.yml")
    assert "guild.yml:1" in shell.bad("show")


def test_unknown_keys_are_told_once(shell: Shell) -> None:
    path = shell.write("a: {main: m, nope: 1, stps: []}\n", "guild.yml")
    shell.write("", "m.py")
    unknown = "has no effect: it is no known key"
    lines = [
        f"warning: {path}:1:14: a.nope {unknown}",
        f"warning: {path}:1:23: a.stps {unknown}; did you mean 'steps'?",
    ]
    for args in ([], ["a"], ["--graph"], ["a", "--graph"]):
        result = shell.sweepflow("show", *args)
        assert result.returncode == 0
        assert result.stderr.splitlines() == lines


def test_one_name_for_a_job_and_an_operation(shell: Shell) -> None:
    shell.write("jobs: {a: {run: echo}, b: {run: echo}}", "hydraflow.yaml")
    path = shell.write("a: {main: m}\n", "guild.yml")
    message = f"{path}:1:1: 'a' is an operation here and a job in hydraflow.yaml"
    assert message in shell.bad("show")
    assert message in shell.bad("show", "a")
    assert told(shell, "b")["jobs"] == {"b": {"run": "echo"}}


def test_the_graph_as_text(shell: Shell) -> None:
    path = shell.write(
        GUILD + "other: {requires: [{operation: '${x}'}, {operation: y, "
        "optional: yes}, {operation: train, optional: yes}]}\n",
        "guild.yml",
    )
    out = shell.sweepflow("show", "all", "--graph").stdout
    assert out.splitlines() == [
        f"# {path}",
        "prepare",
        "train",
        "  requires prepare",
        "  requires file:more.csv",
        "all",
        "  runs prepare",
        "  runs train lr=0.2 as t",
    ]
    out = shell.sweepflow("show", "--graph").stdout
    other = (
        "other\n"
        "  requires ${x} (known at a run)\n"
        "  requires y (optional, not defined)\n"
        "  requires train (optional)\n"
    )
    assert other in out


def test_the_graph_as_json(shell: Shell) -> None:
    shell.write(GUILD, "guild.yml")
    facts = told(shell, "--graph")
    nodes = {node["name"]: node for node in facts["nodes"]}
    assert nodes["file:more.csv"]["kind"] == "file"
    assert nodes["all"] == {"name": "all", "kind": "operation", "known": True}
    assert facts["edges"] == [
        {
            "source": "prepare",
            "target": "train",
            "kind": "requires",
            "optional": False,
        },
        {
            "source": "file:more.csv",
            "target": "train",
            "kind": "requires",
            "optional": False,
        },
        {
            "source": "prepare",
            "target": "all",
            "kind": "step",
            "run": "prepare",
            "step": None,
        },
        {
            "source": "train",
            "target": "all",
            "kind": "step",
            "run": "train lr=0.2",
            "step": "t",
        },
    ]


def test_what_has_no_graph(shell: Shell) -> None:
    assert "no sweepflow.yaml" in shell.bad("show", "x", "--graph")
    shell.write("jobs: {j: {run: echo}}\nworkflows: {w: 'm:w'}\n")
    assert "'j' is a job, not an operation" in shell.bad("show", "j", "--graph")
    assert "sweepflow workflow graph w" in shell.bad("show", "w", "--graph")
    assert "no operation is called 'x'" in shell.bad("show", "x", "--graph")
    path = shell.write(
        "a: {steps: [b]}\nb: {requires: [{operation: a}]}\nc: {}\n", "g/guild.yml"
    )
    message = shell.bad("show", "--graph", "-f", "g/guild.yml")
    assert f"error: {path}:" in message
    assert "needs itself: " in message
    assert shell.sweepflow("show", "c", "--graph", "-f", "g/guild.yml").returncode == 0
    shell.write("a: {steps: [bb]}\nb: {main: x}", "g/guild.yml")
    assert "did you mean 'b'?" in shell.bad("show", "--graph", "-f", "g/guild.yml")
