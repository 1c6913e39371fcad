"""From the text of a job to the commands of its plan."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.task import Command
from sweepflow.errors import PlanError, ProjectError
from sweepflow.jobs import plan_job
from sweepflow.project import load

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.engine.plan import Plan


def plan(folder: Path, job: str) -> Plan:
    file = folder / "sweepflow.yaml"
    file.write_text(f"jobs:\n  j: {job}\n", "utf-8")
    project = load(file)
    return plan_job(project, project.jobs["j"], cwd=folder)


def words(folder: Path, job: str) -> list[str | object]:
    """Give the only command of a job, without what Sweepflow puts in."""
    [task] = plan(folder, job).tasks
    assert isinstance(task.action, Command)
    ours = ("--multirun", "hydra.job.name", "hydra.sweep.dir")
    return [word for word in task.action.argv if not str(word).startswith(ours)]


HASHES = {
    "inside a word": ("a#b c", ["a#b", "c"]),
    "of an address": ("url=http://h/#x k=1", ["url=http://h/#x", "k=1"]),
    "before a word": ("a # b 'c\n# d\ne#f # g", ["a", "e#f"]),
    "in quotes": ("""'# a' "# \\" # b" c'#'""", ["# a", '# " # b', "c#"]),
    "behind a backslash": (r"\# \ #a \"#b", ["#", " #a", '"#b']),
    "behind a quote": ("'a'#b", ["a#b"]),
}


@pytest.mark.parametrize(("text", "expected"), HASHES.values(), ids=HASHES)
def test_a_hash_begins_a_comment_only_before_a_word(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    block = "|\n        " + text.replace("\n", "\n        ")
    assert words(tmp_path, f"\n    run: echo\n    add: {block}") == ["echo", *expected]
    run = block.replace(text[:1], f"echo {text[:1]}", 1)
    assert words(tmp_path, f"\n    run: {run}\n") == ["echo", *expected]


@pytest.mark.parametrize("mode", ["run", "call", "submit"])
def test_a_command_that_is_only_a_comment_is_refused(tmp_path: Path, mode: str) -> None:
    with pytest.raises(ProjectError, match="holds no command") as caught:
        plan(tmp_path, f'{{{mode}: "# nothing"}}')
    assert caught.value.place
    assert (caught.value.place.line, caught.value.place.column) == (2, len(mode) + 9)


def test_an_argument_that_the_system_does_not_take_is_refused(tmp_path: Path) -> None:
    values = '{{run: echo, sets: [{{all: "a={}"}}]}}'
    longest = ",".join(["é" * 32766] * 2 + ["xyz"])  # with `a=`, 131,071 bytes

    accepted = words(tmp_path, values.format(longest))
    with pytest.raises(PlanError, match=r"one argument of 131,072 bytes") as caught:
        plan(tmp_path, values.format(longest + "y"))

    assert caught.value.hint
    assert "move 'a' from `all` to `each`" in caught.value.hint
    command = [*map(str, accepted)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    if sys.platform == "linux":
        with pytest.raises(OSError, match="Argument list too long"):
            subprocess.run([*command[:-1], command[-1] + "y"], check=False)


def test_only_a_job_that_runs_commands_has_longest_arguments(tmp_path: Path) -> None:
    sets = f"sets: [{{all: a={'x' * 200_000}}}]"
    assert plan(tmp_path, f"{{submit: echo, {sets}}}").tasks
    (tmp_path / "m.py").touch()
    assert plan(tmp_path, f"{{call: m.f, {sets}}}").tasks
