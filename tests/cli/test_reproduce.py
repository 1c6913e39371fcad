"""`sweepflow runs reproduce`: whether the same comes out again."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.flows import Project

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.fixture
def project(shell: Shell) -> Project:
    return Project.new(shell)


def test_equal_bytes_are_said_to_be_equal(project: Project) -> None:
    project.run()
    runs = project.run()  # which took all from the cache
    lines = project.lines("runs", "reproduce", runs["train"][:12])
    assert lines[0].split()[:3] == ["step", "output", "bytes"]
    assert [line.split()[:3] for line in lines[1:]] == [
        ["prepare", "data", "equal"],
        ["train", "model", "equal"],
    ]
    assert project.runs("--status", "completed")[0]["fingerprint"] is None
    assert len(project.json("cache", "list")) == 2  # those of the first run


def test_what_differs_is_named_file_by_file(project: Project) -> None:
    project.shell.env["NOISE"] = "1"
    runs = project.run()
    data, model = project.json("runs", "reproduce", runs["train"], status=1)
    assert (data["verdict"], data["paths"]) == ("equal", [])
    assert (model["verdict"], model["paths"]) == ("differs", ["noise"])
    assert model["now"] != model["before"]
    assert model["changes"] == []


def test_what_is_not_as_it_was_is_noted(project: Project) -> None:
    runs = project.run()
    project.edit("str(config.lr)", "str(-config.lr)")
    project.shell.env["KEY"] = "hidden"
    result = project.shell.sweepflow("runs", "reproduce", runs["train"])
    assert result.returncode == 1
    note = "note: not as it was when train ran:"
    assert f"{note} code function:flow:train changed\n" in result.stderr
    assert f"{note} environment variable KEY changed\n" in result.stderr
    assert "hidden" not in result.stderr
    assert result.stdout.splitlines()[2].split()[:3] == ["train", "model", "differs"]
    assert result.stdout.splitlines()[2].endswith(" weights")


def test_a_step_that_fails_now_is_told_with_its_error(project: Project) -> None:
    runs = project.run()
    project.shell.write("", "fail")
    result = project.shell.sweepflow("runs", "reproduce", runs["train"], "--json")
    assert result.returncode == 1
    data, model = json.loads(result.stdout)
    assert data["verdict"] == "equal"
    assert (model["verdict"], model["now"]) == ("not made", None)
    assert "ValueError: told to" in result.stderr


def test_what_cannot_run_again_is_refused(project: Project) -> None:
    bad = project.shell.bad
    assert "nothing ran in" in bad("runs", "reproduce", "zzz")
    assert not (project.shell.cwd / ".sweepflow").exists()
    job = project.run(name="hello")["hello.1"]
    assert "was not recorded, as of jobs" in bad("runs", "reproduce", job)
    assert "no run has the id 'zzz'" in bad("runs", "reproduce", "zzz")
    runs = project.run("--no-cache")
    assert "runs with --no-cache" in bad("runs", "reproduce", runs["train"])
    runs = project.run()
    project.edit("lr: float", "rate: float")
    message = bad("runs", "reproduce", runs["train"])
    what = f"train (run {runs['train']}): unknown key 'lr'"
    assert f"run {runs['train']} cannot be run again:\n  {what}" in message


def test_what_a_script_ran_is_run_from_its_file(project: Project) -> None:
    code = (
        "\nif __name__ == '__main__':\n    from sweepflow.workflow import run_workflow"
    )
    path = project.shell.cwd / "flow.py"
    path.write_text(path.read_text() + code + "\n    run_workflow(demo)\n")
    command = [sys.executable, "flow.py"]
    env = project.shell.env
    subprocess.run(command, cwd=project.shell.cwd, env=env, check=True)
    train, _ = project.runs()
    verdicts = project.json("runs", "reproduce", train["id"])
    assert [each["verdict"] for each in verdicts] == ["equal", "equal"]


def test_what_was_typed_in_cannot_run_again(project: Project) -> None:
    code = (project.shell.cwd / "flow.py").read_text()
    code += "from sweepflow.workflow import run_workflow\nrun_workflow(demo)"
    command = [sys.executable, "-c", code]
    env = project.shell.env
    subprocess.run(command, cwd=project.shell.cwd, env=env, check=True)
    message = project.shell.bad("runs", "reproduce", project.runs()[0]["id"])
    assert message.count("its function was typed in, and stands in no file") == 2
