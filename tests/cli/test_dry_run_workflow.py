"""`sweepflow run --dry-run` of a workflow: what would run, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.flows import Project

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

UNDECLARED = """
from sweepflow.workflow import AtomConstructor, Step, Workflow

def make(config, atoms, workspace):
    (workspace / "x").write_text("x")
    return [AtomConstructor("x", "x", "text")]

def use(config, atoms, workspace):
    return []

flow = Workflow("flow", {}, [Step("make", make), Step("use", use, {"NAME": "text"})])
"""
COMES_FROM_PREPARE = "its input 'data' comes from prepare, which would run"


@pytest.fixture
def project(shell: Shell) -> Project:
    return Project.new(shell)


def told(project: Project, *args: str, status: int = 0) -> dict[str, str]:
    """Give the verdict of each step."""
    result = project.shell.sweepflow("run", *(args or ["demo"]), "--dry-run")
    assert result.returncode == status, result
    lines = (line.split(None, 1) for line in result.stdout.splitlines())
    return {
        step: verdict.removeprefix("would run, because ") for step, verdict in lines
    }


def test_nothing_is_written(project: Project) -> None:
    before = sorted(path.name for path in project.shell.cwd.iterdir())
    assert told(project) == {
        "prepare": "it never ran before",
        "train": COMES_FROM_PREPARE,
    }
    after = {path.name for path in project.shell.cwd.iterdir()} - {"__pycache__"}
    assert sorted(after) == before


def test_each_kind_of_reason(project: Project) -> None:
    runs = project.run()
    cached = f"cached (run {runs['prepare'][:8]})"
    both = {"prepare": cached, "train": f"cached (run {runs['train'][:8]})"}
    assert told(project) == both
    assert told(project, "demo", "train.lr=0.2") == {
        "prepare": cached,
        "train": "parameter lr: 0.1 -> 0.2",
    }
    assert told(project, "demo", "--force")["train"] == "it is forced to"
    off = told(project, "demo", "--no-cache")
    assert off["prepare"] == "nothing is taken from the cache"
    stages = ["demo", "prepare.rows=3", "--stages", "train"]
    missing = "would have to run, and is no stage, because parameter rows: 2 -> 3"
    said = {"prepare": missing, "train": "it was asked for"}
    assert told(project, *stages, status=1) == said
    assert told(project, "demo", "--stages", "train")["train"] == "it was asked for"

    project.shell.write("other", "words.txt")
    assert told(project)["train"] == "file words.txt changed"
    project.shell.write("words", "words.txt")
    project.edit('"x" * count', '"y" * count')
    assert told(project) == {
        "prepare": "code function:flow:lines changed",
        "train": COMES_FROM_PREPARE,
    }
    project.edit('"y" * count', '"x" * count  # as before')
    assert told(project) == both
    assert len(project.runs()) == 2  # none of this was recorded


def test_a_damaged_object_is_told(project: Project) -> None:
    runs = project.run()
    data = project.json("runs", "info", runs["prepare"])["output_atoms"]["data"]
    digest = project.json("atoms", "show", data)["digest"]
    path = project.shell.cwd / ".sweepflow" / "objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"altered")
    assert told(project) == {
        "prepare": "the bytes of 'data' are damaged or missing",
        "train": COMES_FROM_PREPARE,
    }


def test_outputs_that_are_not_declared(project: Project) -> None:
    project.shell.write(UNDECLARED.replace("NAME", "x"), "undeclared.py")
    unknown = {
        "make": "it never ran before",
        "use": "its input 'x' comes from make, which would run",
    }
    assert told(project, "undeclared:flow") == unknown
    project.run(name="undeclared:flow")
    known = told(project, "undeclared:flow")
    assert all(verdict.startswith("cached (run ") for verdict in known.values())
    project.shell.write(UNDECLARED.replace("NAME", "z"), "undeclared.py")
    assert told(project, "undeclared:flow", status=1)["use"] == (
        "would fail, because its input 'z' was made by none of the steps before it"
    )
