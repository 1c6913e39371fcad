"""Scripts, modules and notebooks of a user, edited and run again."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.system.conftest import environment

if TYPE_CHECKING:
    from pathlib import Path

STEPS = """
from dataclasses import dataclass
from pathlib import Path

from sweepflow.workflow import AtomConstructor, Step, Workflow, run_workflow

import helper

def note(name):
    with open("ran", "a") as file:
        file.write(f"{name}\\n")

@dataclass
class Config:
    size: int = 2

def prepare(config, inputs, workspace):
    note("prepare")
    # a comment
    (workspace / "data").write_text(helper.scaled(config.size))
    return [AtomConstructor("data", "data", "text")]

def train(config, inputs, workspace):
    note("train")
    (workspace / "model").write_text(inputs["data"].path.read_text() + "!")
    return [AtomConstructor("model", workspace / "model", "text")]

def report(config, inputs, workspace):
    note("report")
    (workspace / "report").write_text(inputs["model"].path.read_text())
    return [AtomConstructor("report", "report", "text")]

workflow = Workflow("edited", {}, [
    Step("prepare", prepare, {}, Config),
    Step("train", train, {"data": "text"}),
    Step("report", report, {"model": "text"}),
])
"""
MAIN = """
if __name__ == "__main__":
    state = run_workflow(workflow)
    print(*(step.status for step in state))
"""
HELPER = """
FACTOR = 3

def scaled(size):
    return "x" * (size * FACTOR)
"""


class Folder:
    def __init__(self, root: Path, command: list[str]) -> None:
        self.root = root
        self._command = command

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.root / file).read_text()
        assert old in text
        (self.root / file).write_text(text.replace(old, new))

    def run(self) -> set[str]:
        """Run it all, and give the steps that ran."""
        result = subprocess.run(
            [sys.executable, *self._command],
            cwd=self.root,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, "")
        ran = self.root / "ran"
        names = ran.read_text().split() if ran.exists() else []
        ran.unlink(missing_ok=True)
        assert len(set(names)) == len(names)
        return set(names)


ALL = {"prepare", "train", "report"}


def test_a_script(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(STEPS + MAIN)
    (tmp_path / "helper.py").write_text(HELPER)
    folder = Folder(tmp_path, ["flow.py"])
    assert folder.run() == ALL
    assert folder.run() == set()
    folder.edit("flow.py", "# a comment", "# another one")
    assert folder.run() == set()
    folder.edit("helper.py", "FACTOR = 3", "FACTOR = 4")
    assert folder.run() == ALL
    folder.edit("helper.py", "size * FACTOR", "FACTOR * size")
    assert folder.run() == {"prepare"}  # it makes the same
    folder.edit("flow.py", '+ "!"', '+ "?"')
    assert folder.run() == {"train", "report"}
    folder.edit("flow.py", '+ "?"', '+ "!"')
    assert folder.run() == set()  # as it was before


def test_a_module_of_a_package(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "steps.py").write_text(
        STEPS.replace("import helper", "from . import helper")
    )
    (package / "helper.py").write_text(HELPER)
    (tmp_path / "flow.py").write_text(
        "from package.steps import workflow\n"
        "from sweepflow.workflow import run_workflow\n" + MAIN
    )
    folder = Folder(tmp_path, ["flow.py"])
    assert folder.run() == ALL
    folder.edit("package/helper.py", "FACTOR = 3", "FACTOR = 5")
    assert folder.run() == ALL
    assert folder.run() == set()


def test_run_as_a_module(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(STEPS + MAIN)
    (tmp_path / "helper.py").write_text(HELPER)
    assert Folder(tmp_path, ["-m", "flow"]).run() == ALL
    assert Folder(tmp_path, ["flow.py"]).run() == set()


NOTEBOOK = """
import sys
cells = [open(name).read() for name in ("cell1.py", "cell2.py")]
namespace = {"__name__": "__main__"}
if sys.argv[1:] == ["main"]:
    namespace = vars(sys.modules["__main__"])
for cell in cells:
    exec(compile(cell, "<cell>", "exec"), namespace)
"""


@pytest.mark.parametrize("where", ["main", "another"])
def test_a_notebook(tmp_path: Path, where: str) -> None:
    (tmp_path / "notebook.py").write_text(NOTEBOOK)
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "cell1.py").write_text(STEPS)
    (tmp_path / "cell2.py").write_text("print(run_workflow(workflow))")
    folder = Folder(tmp_path, ["notebook.py", where])
    assert folder.run() == ALL
    assert folder.run() == set()
    folder.edit("cell1.py", '+ "!"', '+ "?"')
    assert folder.run() == {"train", "report"}
    folder.edit("helper.py", "FACTOR = 3", "FACTOR = 4")
    assert folder.run() == ALL
