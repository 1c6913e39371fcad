"""A project with a workflow, whose runs the tests of several commands look at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.cli.conftest import Shell

FLOW = """
import os, time
from dataclasses import dataclass
from pathlib import Path
from sweepflow.workflow import AtomConstructor, DependsOn, Step, Workflow

@dataclass
class Rows:
    rows: int = 2

@dataclass
class Rate:
    lr: float = 0.1

def lines(count):
    return "x" * count

def prepare(config, atoms, workspace):
    (workspace / "data.txt").write_text(lines(config.rows))
    return [AtomConstructor("data", "data.txt", "dataset")]

def train(config, atoms, workspace):
    if Path("fail").exists():
        raise ValueError("told to")
    while Path("wait").exists():
        time.sleep(0.02)
    model = workspace / "model"
    model.mkdir()
    (model / "weights").write_text(atoms["data"].path.read_text() + str(config.lr))
    (model / "noise").write_text(os.urandom(8).hex() if "NOISE" in os.environ else "")
    return [AtomConstructor("model", "model", "model")]

demo = Workflow("demo", {}, [
    Step("prepare", prepare, {}, Rows, {"data": "dataset"}),
    Step("train", train, {"data": "dataset"}, Rate, {"model": "model"},
         depends_on=DependsOn(["KEY"], ["words.txt"], ["rich"])),
])
"""
PROJECT = """
workflows: {demo: "flow:demo"}
jobs:
  hello: {run: echo hello}
"""


@dataclass
class Project:
    """A project in which workflows run."""

    shell: Shell

    @classmethod
    def new(cls, shell: Shell) -> Project:
        shell.write(PROJECT)
        shell.write(FLOW, "flow.py")
        shell.write("words", "words.txt")
        return cls(shell)

    def edit(self, old: str, new: str) -> None:
        """Change the code of the workflow."""
        path = self.shell.cwd / "flow.py"
        text = path.read_text("utf-8")
        assert old in text
        self.shell.write(text.replace(old, new), "flow.py")

    def run(self, *args: str, name: str = "demo", status: int = 0) -> dict[str, str]:
        """Run the workflow, and give the ids of the runs by their steps."""
        result = self.shell.sweepflow("run", name, *args)
        assert result.returncode == status, result
        found: dict[str, str] = {}
        for run in reversed(self.runs()):
            found[run["task"]] = run["id"]
        return found

    def runs(self, *args: str) -> list[dict[str, Any]]:
        return self.json("runs", "list", "-n", "0", *args)

    def json(self, *args: str, status: int = 0) -> Any:  # noqa: ANN401 - any JSON
        """Run a command with `--json`, and give what it prints."""
        result = self.shell.sweepflow(*args, "--json")
        assert result.returncode == status, result
        return json.loads(result.stdout)

    def lines(self, *args: str) -> list[str]:
        """Run a command that must do, and give the lines that it prints."""
        result = self.shell.sweepflow(*args)
        assert result.returncode == 0, result
        return result.stdout.splitlines()

    def fails(self, *args: str) -> str:
        """Run what the store cannot do, and give the message."""
        return refused(self.shell.sweepflow(*args))


def refused(result: CompletedProcess[str], status: int = 1) -> str:
    """Give the message of a command that must have failed, and without a traceback."""
    assert result.returncode == status, result
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("error: ")
    return result.stderr
