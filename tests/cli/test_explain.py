"""`sweepflow explain`, and what `sweepflow runs info` tells of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.flows import Project

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.fixture
def project(shell: Shell) -> Project:
    return Project.new(shell)


def differences(project: Project, name: str) -> list[str]:
    """Give the lines that tell what was new for a run."""
    head, *lines = project.lines("explain", name)
    assert "a miss, since it differs from run " in head
    return lines


def test_a_hit_names_the_run_that_did_the_work(project: Project) -> None:
    first = project.run()
    second = project.run()
    took = f"a hit, its outputs are those of run {first['train']}"
    said = project.lines("explain", "train")
    assert said == [f"run {second['train']} of train: {took}"]
    told = project.json("explain", second["train"][:10])
    assert told["hit"] is True
    assert (told["run"], told["nearest"]) == (second["train"], first["train"])
    assert told["differences"] == []


def test_a_parameter_is_told_with_both_values(project: Project) -> None:
    first = project.run()
    second = project.run("train.lr=0.2")
    assert differences(project, "train") == ["  parameter lr: 0.1 -> 0.2"]
    told = project.json("explain", second["train"])
    assert (told["hit"], told["nearest"]) == (False, first["train"])
    [difference] = told["differences"]
    assert (difference["old"], difference["new"]) == (0.1, 0.2)


def test_an_input_is_told_with_both_digests(project: Project) -> None:
    first = project.run()
    second = project.run("prepare.rows=3")
    atoms = [
        project.json("runs", "info", runs["prepare"])["output_atoms"]["data"]
        for runs in (first, second)
    ]
    [line] = differences(project, "train")
    [difference] = project.json("explain", "train")["differences"]
    assert [difference["old_atom"], difference["new_atom"]] == atoms
    old, new = difference["old"], difference["new"]
    assert len(old) == len(new) == 64
    assert line == f"  input data: {atoms[0]} ({old[:12]}) -> {atoms[1]} ({new[:12]})"


def test_a_function_is_told_with_a_diff(project: Project) -> None:
    project.run()
    project.edit('"x" * count', '"y" * count')
    project.run()
    assert differences(project, "prepare") == [
        "  code function:flow:lines changed",
        "    --- function:flow:lines (before)",
        "    +++ function:flow:lines (now)",
        "    @@ -1,2 +1,2 @@",
        "     def lines(count):",
        '    -    return "x" * count',
        '    +    return "y" * count',
    ]


@pytest.mark.parametrize("change", ["environment", "file", "package"])
def test_what_was_declared_is_told(project: Project, change: str) -> None:
    project.run()
    if change == "environment":
        project.shell.env["KEY"] = "hidden"
        told = "environment variable KEY changed"
    elif change == "file":
        project.shell.write("other", "words.txt")
        told = "file words.txt changed"
    else:
        project.edit('["rich"]', "[]")
        told = "package rich is gone: "
    project.run()
    lines = differences(project, "train")
    assert any(line.startswith(f"  {told}") for line in lines), lines
    assert not any("hidden" in line for line in lines)


def test_what_ran_though_it_was_known_says_so(project: Project) -> None:
    first = project.run()
    project.run("--force")
    [line] = project.lines("explain", "train")
    assert f"a miss, though run {first['train']} was the same: it was forced" in line


def test_a_failed_run_is_compared_and_never_compared_with(project: Project) -> None:
    project.shell.write("", "fail")
    project.run(status=1)
    [line] = project.lines("explain", "train")
    assert line.endswith("a miss, since no earlier run of this step was completed")
    (project.shell.cwd / "fail").unlink()
    first = project.run()
    project.shell.write("", "fail")
    project.run("train.lr=0.2", status=1)
    assert differences(project, "train") == ["  parameter lr: 0.1 -> 0.2"]
    assert project.json("explain", "train")["nearest"] == first["train"]


def test_where_nothing_decides_a_result_it_says_why(project: Project) -> None:
    project.run(name="hello")
    [line] = project.lines("explain", "hello.1")
    assert line.endswith("nothing is taken from the cache for a job")
    project.run("--no-cache")
    [line] = project.lines("explain", "train")
    assert line.endswith("nothing was to be taken from the cache")


def test_what_is_unknown_is_refused(project: Project) -> None:
    message = project.shell.bad("explain", "trian")
    assert "there is no 'trian'\nhint: nothing ran in " in message
    assert not (project.shell.cwd / ".sweepflow").exists()
    project.run()
    message = project.shell.bad("explain", "trian")
    assert "no run has the id 'trian', and no step has that name" in message
    assert "more than one run has an id" in project.shell.bad("explain", "")


def test_info_tells_what_a_step_took_and_made(project: Project) -> None:
    runs = project.run()
    made = project.json("runs", "info", runs["prepare"])
    facts = project.json("runs", "info", runs["train"])
    assert made["input_atoms"] == {}
    assert facts["input_atoms"] == made["output_atoms"]
    [model] = facts["output_atoms"].values()
    data = facts["input_atoms"]["data"]
    text = project.shell.sweepflow("runs", "info", runs["train"]).stdout
    assert f"fingerprint: {facts['fingerprint']}\n" in text
    assert "\ninstalled:  " in text
    assert text.endswith(
        f"parameters:\n  lr: 0.1\ninputs:\n  data: {data}\noutputs:\n  model: {model}\n"
    )
