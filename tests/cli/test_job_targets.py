"""Jobs of workflows and of operations: all their sets as one plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import sweepflow
from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from tests.cli.flows import FLOW

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

PROJECT = """
workflows: {demo: "flow:demo"}
operations:
  fit: {main: fit, flags-import: all}
jobs:
  grid:
    workflow: demo
    config: base.yaml
    sets:
      - each: train.lr=0.1,0.2
        all: prepare.rows=4
      - each: train.lr=0.2,0.3
        add: prepare.rows=4
      - add: prepare.rows=7
  fits:
    operation: fit
    sets:
      - {each: 'lr=0.1,0.2', all: 'seed=1:2'}
      - {each: 'lr=0.2,0.4', all: seed=2}
"""
FIT = "lr = 0.5\nseed = 0\nprint('fitted with', lr, seed)\n"


@pytest.fixture
def project(shell: Shell) -> Shell:
    shell.write(PROJECT)
    shell.write(FLOW, "flow.py")
    shell.write("words", "words.txt")
    shell.write("prepare: {rows: 3}\ntrain: {lr: 0.9}\n", "base.yaml")
    shell.write(FIT, "fit.py")
    return shell


GRID = {
    "workflow": "demo",
    "config": "base.yaml",
    "sets": [
        {"each": "train.lr=0.1,0.2", "all": "prepare.rows=4"},
        {"each": "train.lr=0.2,0.3", "add": "prepare.rows=4"},
        {"add": "prepare.rows=7"},
    ],
}


def told(project: Shell, *args: str) -> list[str]:
    result = project.sweepflow("run", *args)
    assert result.returncode == 0, result
    return result.stdout.splitlines()


def test_a_workflow_runs_once_for_each_combination_and_shares_what_is_equal(
    project: Shell,
) -> None:
    dry = told(project, "grid", "--dry-run")
    assert dry[-1] == "6 of 6 steps would run, for 4 points"
    header, *points = told(project, "grid", "--jobs", "2")[-5:]
    assert header.split()[:3] == ["train.lr", "prepare.rows", "status"]
    assert [one.split()[:-2] for one in points] == [
        ["0.1", "4"],
        ["0.2", "4"],
        ["0.3", "4"],
        ["7"],
    ]
    assert told(project, "grid", "--dry-run")[-1].startswith("0 of 6 steps")
    # A value more is one training more; that of the base config is known.
    more = told(project, "grid", "train.lr=0.1,0.9,5", "prepare.rows=7", "--dry-run")
    assert more[-1] == "2 of 4 steps would run, for 3 points"
    forced = told(project, "grid", "--dry-run", "--force")
    assert forced[-1] == "6 of 6 steps would run, for 4 points"


def test_the_base_config_is_that_of_the_job_unless_told_otherwise(
    project: Shell,
) -> None:
    project.write("train: {lr: 0.8}\n", "other.yaml")
    project.write("prepare: {rows: 1}\n", "flows.yaml")
    project.write(
        """
workflows: {demo: {workflow: "flow:demo", config: flows.yaml}}
jobs: {own: {workflow: demo, config: base.yaml}, none: {workflow: demo}}
"""
    )
    (project.cwd / "inner").mkdir()

    def rows_and_rate(*args: str) -> list[float]:
        result = project.sweepflow("run", *args, "--dry-run", "--json")
        tasks = json.loads(result.stdout)["tasks"]
        return [value for task in tasks for value in task["params"].values()]

    assert rows_and_rate("own") == [3, 0.9]
    assert rows_and_rate("none") == [1, 0.1]
    assert rows_and_rate("own", "--config", "other.yaml") == [2, 0.8]
    project.cwd /= "inner"
    assert rows_and_rate("own") == [3, 0.9]


def test_an_operation_runs_once_for_each_combination(project: Shell) -> None:
    dry = project.sweepflow("run", "fits", "--dry-run")
    assert (len(dry.stdout.splitlines()), dry.stderr) == (5, "5 of 5 runs would run\n")
    lines = told(project, "fits")
    fitted = [line.partition("with ")[2] for line in lines if "fitted" in line]
    assert fitted == ["0.1 1", "0.1 2", "0.2 1", "0.2 2", "0.4 2"]
    again = project.sweepflow("run", "fits", "lr=0.2,3", "--needed", "--dry-run")
    assert again.stderr == "2 of 4 runs would run\n"
    one = told(project, "fits", "lr=0.1", "seed=1", "--label", "one")
    assert next(line for line in one if "fitted" in line).endswith("0.1 1")


def test_runs_are_found_by_the_job_whatever_it_is_of(project: Shell) -> None:
    project.write(
        """
workflows: {demo: "flow:demo"}
operations: {fit: {main: fit, flags-import: all}}
jobs:
  grid: {workflow: demo, sets: [{each: "train.lr=0.1,0.2"}]}
  fits: {operation: fit, sets: [{each: "lr=1,2"}]}
"""
    )
    told(project, "grid")
    told(project, "grid", "train.lr=0.1")  # from the cache
    told(project, "fits")
    told(project, "fit", "lr=7")
    project.sweepflow("workflow", "run", "demo")

    def listed(*args: str) -> list[Any]:
        result = project.sweepflow("runs", *args, "--json")
        assert result.returncode == 0, result
        return json.loads(result.stdout)

    grid = listed("list", "--name", "grid")
    assert [run["status"] for run in grid].count("cached") == 2
    assert {run["task"] for run in grid} == {"prepare", "train"}
    assert len(listed("compare", "grid")) == len(grid) == 5
    assert [run["values"]["lr"] for run in listed("compare", "fits")] == [2, 1]
    assert len(listed("compare", "fit")) == 3
    assert len(listed("compare", "demo")) == 7

    with Store(Home(project.cwd / ".sweepflow")) as store, use_store(store):
        assert sweepflow.runs(job="fits").to_list("lr") == [1, 2]
        assert sweepflow.runs(job="grid", step="train").to_list("lr") == [0.1, 0.2, 0.1]
        assert not sweepflow.runs(job="demo")
        assert len(sweepflow.runs(operation="fit")) == 3
    page = project.sweepflow("report", "grid", "--out", "grid.html")
    assert page.returncode == 0, page
    again = listed("list", "--name", "fits")[0]["id"]
    assert project.sweepflow("run", "--restart", again, "lr=3").returncode == 0
    assert again in {run["id"] for run in listed("list", "--name", "fits")}


def test_a_failure_is_told_and_stops_only_its_own_point(project: Shell) -> None:
    project.write(FIT + "assert lr != 0.2\n", "fit.py")
    result = project.sweepflow("run", "fits")
    assert result.returncode == 1
    assert "3 completed, 2 failed" in result.stdout + result.stderr
    stopped = project.sweepflow("run", "fits", "lr=0.2,0.3", "--fail-fast")
    assert (stopped.returncode, "with 0.3" in stopped.stdout) == (1, False)


WRONG = {
    "a path": (
        "{workflow: demo, sets: [{each: 'train.lr=1:2', all: train.rte=3}]}",
        "2:60: unknown key 'rte' in train",
    ),
    "a type": (
        "{workflow: demo, sets: [{each: 'train.lr=1,fast'}]}",
        "2:40: train.lr must be a number, not 'fast'",
    ),
    "a part of a value": (
        "{workflow: demo, add: train.lr.rate=1}",
        "2:30: train.lr must be a number, not a mapping",
    ),
    "a part of a value of the config": (
        "{workflow: demo, config: base.yaml, sets: [{each: train.lr.x=1}]}",
        "2:58: the argument 'train.lr.x=1' sets a part of train.lr, which is 0.9",
    ),
    "no assignment": ("{workflow: demo, add: ~train.lr}", "2:31: the argument '~train"),
    "a workflow": (
        "{workflow: dem}",
        "2:19: no workflow 'dem' in",
        "did you mean 'demo'?",
    ),
    "an attribute": ("{workflow: 'flow:dem'}", "2:19: module 'flow' has no 'dem'"),
    "an operation": (
        "{operation: fitt}",
        "2:20: no operation is called 'fitt'",
        "did you mean 'fit'?",
    ),
    "a script": ("{operation: fitt.py}", "2:20: no such script"),
    "a flag": (
        "{operation: fit, sets: [{each: 'lr=1:2 sed=1'}]}",
        "2:25: unknown flag 'sed'",
    ),
    "a value of a flag": (
        "{operation: fit, sets: [{each: 'lr=1,fast'}]}",
        "2:25: lr=fast: is no number",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_place_before_anything_runs(
    project: Shell, case: str
) -> None:
    job, *messages = WRONG[case]
    others = "workflows: {demo: flow:demo}\noperations: {fit: {main: fit, "
    others += "flags-import: all}}\n"
    file = project.write(f"jobs:\n  bad: {job}\n{others}")
    said = project.bad("run", "bad")
    assert said.startswith(f"error: {file}:{messages[0]}")
    assert all(message in said for message in messages)
    assert not (project.cwd / ".sweepflow" / "ledger.db").exists()


def test_what_is_wrong_on_the_command_line_is_told_as_such(project: Shell) -> None:
    assert project.bad("run", "grid", "train.lr=x") == (
        "error: train.lr must be a number, not 'x' (set by the argument 'train.lr=x')\n"
    )
    assert project.bad("run", "fits", "lr=x").startswith("error: lr=x: is no number")
    assert "'grid' has 5 combinations" in project.bad("run", "grid", "--limit", "4")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("grid", "--needed"), "'grid' is a job of workflow 'demo', and only operat"),
        (
            ("grid", "--", "-v"),
            "'grid' is a job of workflow 'demo', and has no command",
        ),
        (
            ("fits", "--", "-v"),
            "'fits' is a job of operation 'fit', and has no command",
        ),
        (("fits", "--config", "c"), "only workflows take --config"),
        (("fits", "--run-id", "a"), "--run-id is for one run, and 5 are asked for"),
    ],
)
def test_options_that_mean_nothing_there_are_refused(
    project: Shell, args: tuple[str, ...], said: str
) -> None:
    assert said in project.bad("run", *args)


def test_show_tells_what_a_job_is_of(project: Shell) -> None:
    def shown(*names: str) -> dict[str, dict[str, Any]]:
        return json.loads(project.sweepflow("show", *names, "--json").stdout)

    every = shown()
    grid = shown("grid")
    assert every["jobs"]["grid"] == GRID
    assert grid["jobs"] == {"grid": GRID}
    assert list(grid["workflows"]["demo"]["steps"]) == ["prepare", "train"]
    assert shown("fits")["jobs"] == {"fits": every["jobs"]["fits"]}
    assert list(shown("fits")["operations"]) == ["fit"]


def test_workflows_by_import_path_and_operations_of_a_guild_file(
    project: Shell,
) -> None:
    project.write("- operations: {fit: {main: fit, flags-import: all}}\n", "guild.yml")
    project.write(
        "jobs: {flow: {workflow: 'flow:demo'}, fits: {operation: fit, add: seed=3}}\n"
    )
    assert told(project, "flow")[-1].split()[:2] == ["train", "model"]
    assert "fitted with 0.5 3" in "".join(told(project, "fits"))
