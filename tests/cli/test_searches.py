"""Searches from the command line, of every kind of work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.search import Range, Search
from sweepflow.search.study import Study
from sweepflow.store import Home
from sweepflow.store.store import Store

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

TRAIN = """
import os, sys, time
from pathlib import Path

def main(words):
    said = dict(word.split("=", 1) for word in words if "=" in word)
    with open("tried.txt", "a") as file:
        file.write(f"{said['x']} {said['n']}\\n")
    if Path("fail").exists() and float(said["n"]) > 4:
        sys.exit(3)
    while Path("wait").exists() and len(open("tried.txt").readlines()) > 3:
        time.sleep(0.02)
    print("x:", said["x"])
    print("loss:", (float(said["x"]) - 0.3) ** 2 + int(said["n"]))

if __name__ == "__main__":
    words = sys.argv[1:]
    if words[-1].endswith("parameters.txt"):
        words = Path(words[-1]).read_text().split()
    main(words)
"""
SETS = """
      - search: x=0.0:1 n=1:8
        all: seed=3
        metric: loss
        trials: 6
        sampler: random
"""
PROJECT = f"""
jobs:
  run:
    run: python train.py
    sets: {SETS}
  call:
    call: train.main
    sets: {SETS}
  submit:
    submit: python train.py
    sets: {SETS}
"""
SPACE = {"x": Range(0.0, 1), "n": Range(1, 8)}


@pytest.fixture
def project(shell: Shell) -> Shell:
    shell.write(PROJECT)
    shell.write(TRAIN, "train.py")
    return shell


def table(text: str) -> list[list[str]]:
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("trial  "))
    return [line.split() for line in lines[start + 1 :]]


def tried(project: Shell) -> list[list[str]]:
    return [
        line.split()
        for line in (project.cwd / "tried.txt").read_text().split("\n")[:-1]
    ]


def chosen(trials: int, sampler: str = "random") -> list[list[str]]:
    search = Search(space=SPACE, metric="loss", sampler=sampler)  # pyright: ignore[reportArgumentType]
    study = Study(search)
    params = [study.ask().params for _ in range(trials)]
    return [[str(one["x"]), str(one["n"])] for one in params]


@pytest.mark.parametrize("job", ["run", "call", "submit"])
def test_a_job_searches_and_says_what_came_of_it(project: Shell, job: str) -> None:
    result = project.sweepflow("run", job)
    assert result.returncode == 0, result
    assert tried(project) == chosen(6)
    rows = table(result.stdout)
    assert [row[0] for row in rows] == list("123456")
    values = [float(row[3]) for row in rows]
    expected = [(float(x) - 0.3) ** 2 + int(n) for x, n in chosen(6)]
    assert values == pytest.approx(expected, rel=1e-5)
    best = expected.index(min(expected)) + 1
    assert f"best: loss {min(expected)!r} of trial {best}: x=" in result.stderr
    assert f"[6/6] trial 6: x={float(chosen(6)[5][0]):.6g}" in result.stderr


def test_what_was_tried_is_known_and_a_search_goes_on(project: Shell) -> None:
    first = project.sweepflow("run", "run")
    again = project.sweepflow("run", "run")
    assert table(again.stdout) == table(first.stdout)
    assert len(tried(project)) == 6
    more = project.sweepflow("run", "run", "--max-trials", "8")
    assert table(more.stdout)[:6] == table(first.stdout)
    assert tried(project) == chosen(8)
    project.sweepflow("run", "run", "--random-seed", "7")
    assert len(tried(project)) == 14
    project.sweepflow("run", "run", "--force")
    assert tried(project)[14:] == chosen(6)


def test_a_search_that_was_killed_goes_on(project: Shell) -> None:
    (project.cwd / "wait").touch()
    child = project.start("run", "run", start_new_session=True)
    try:
        while not (project.cwd / "tried.txt").exists() or len(tried(project)) < 4:
            assert child.poll() is None
            time.sleep(0.02)
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
    (project.cwd / "wait").unlink()
    result = project.sweepflow("run", "run")
    assert result.returncode == 0, result
    assert len(table(result.stdout)) == 6
    assert tried(project) == [*chosen(4), *chosen(6)[3:]]


def test_of_two_that_run_the_same_search_one_waits(project: Shell) -> None:
    (project.cwd / "wait").touch()
    first = project.start("run", "run")
    while not (project.cwd / "tried.txt").exists() or len(tried(project)) < 4:
        assert first.poll() is None
        time.sleep(0.02)
    second = project.start("run", "run")
    assert second.stderr
    assert b"another process runs this search" in second.stderr.readline()
    (project.cwd / "wait").unlink()
    tables = [table(one.communicate(timeout=60)[0].decode()) for one in (first, second)]
    assert tables[0] == tables[1]
    assert tried(project) == chosen(6)


def test_a_search_that_is_interrupted_says_so(project: Shell) -> None:
    (project.cwd / "wait").touch()
    child = project.start("run", "run")
    while not (project.cwd / "tried.txt").exists() or len(tried(project)) < 4:
        assert child.poll() is None
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 130
    assert len(table(output.decode())) == 3


def test_trials_of_a_round_run_side_by_side(project: Shell) -> None:
    result = project.sweepflow("run", "run", "--jobs", "3")
    assert sorted(tried(project)) == sorted(chosen(6))
    assert [row[0] for row in table(result.stdout)] == list("123456")


def test_a_value_on_the_command_line_is_fixed_and_a_range_searched(
    project: Shell,
) -> None:
    result = project.sweepflow("run", "run", "n=3", "x=2.0:3")
    assert {n for _, n in tried(project)} == {"3"}
    assert all(2 <= float(x) <= 3 for x, _ in tried(project))
    header = next(line for line in result.stdout.splitlines() if "status" in line)
    assert header.split() == ["trial", "x", "loss", "status", "run"]


def test_what_the_command_line_says_stands_for_keys_with_prefixes_too(
    project: Shell,
) -> None:
    project.write(PROJECT.replace("x=0.0:1", "+x=0.0:1"))
    said = ("run", "run", "--dry-run", "--json")
    found = json.loads(project.sweepflow(*said, "x=log(1e-3:0.1)").stdout)
    assert found["search"]["space"] == {"x": "log(0.001:0.1)", "n": "1:8"}
    found = json.loads(project.sweepflow(*said, "x/m=3").stdout)
    assert found["search"]["space"] == {"n": "1:8"}
    assert found["tasks"][0]["params"]["x"] == 0.003
    assert " '~n' " in project.sweepflow("run", "run", "--dry-run", "~n").stdout


def test_sets_that_enumerate_run_first(project: Shell) -> None:
    project.write(f"""
jobs:
  both:
    run: python train.py
    sets: {SETS}
      - each: x=5,6
        all: n=1
""")
    result = project.sweepflow("run", "both")
    assert result.returncode == 0, result
    assert tried(project) == [["5", "1"], ["6", "1"], *chosen(6)]


def test_what_is_wrong_with_a_search_is_told_before_other_sets_run(
    project: Shell,
) -> None:
    sets = "[{each: x=5, all: n=1}, {search: 'x=2:1', metric: loss}]"
    project.write(f"jobs: {{both: {{run: python train.py, sets: {sets}}}}}")
    assert "holds no number" in project.bad("run", "both")
    assert not (project.cwd / "tried.txt").exists()


def test_a_dry_run_of_several_sets_is_one_json_list(project: Shell) -> None:
    sets = "[{each: x=5, all: n=1}, {search: 'x=1:2', metric: loss}]"
    project.write(f"jobs: {{both: {{run: python train.py, sets: {sets}}}}}")
    result = project.sweepflow("run", "both", "--dry-run", "--json")
    plain, search = json.loads(result.stdout)
    assert plain["tasks"][0]["params"] == {"x": 5, "n": 1}
    assert search["search"]["space"] == {"x": "1:2"}


def test_a_failed_trial_is_marked_and_run_again(project: Shell) -> None:
    (project.cwd / "fail").touch()
    result = project.sweepflow("run", "run")
    assert result.returncode == 1
    failing = [str(i) for i, (_, n) in enumerate(chosen(6), 1) if int(n) > 4]
    rows = table(result.stdout)
    assert [row[0] for row in rows if "failed" in row] == failing
    assert "exit status 3" in result.stderr
    before = len(tried(project))
    (project.cwd / "fail").unlink()
    again = project.sweepflow("run", "run")
    assert again.returncode == 0, again
    assert len(tried(project)) - before == len(failing)


def test_a_metric_that_is_not_given_is_told_at_once(project: Shell) -> None:
    project.write(PROJECT.replace("metric: loss", "metric: los"))
    result = project.sweepflow("run", "run")
    assert result.returncode == 2
    assert len(tried(project)) == 1
    assert "trial 1 completed, and did not give 'los': it gave loss" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_trial_that_diverges_counts_and_the_others_go_on(project: Shell) -> None:
    project.write("import sys\nprint('loss:', float(sys.argv[2][-3:]))", "train.py")
    project.write("""
jobs: {odd: {run: python train.py, sets: [{search: "x=nan,1.0,inf,2.5",
  metric: odd.loss, trials: 6, sampler: random}]}}
""")
    result = project.sweepflow("run", "odd")
    assert result.returncode == 1, result
    rows = table(result.stdout)
    for row in rows:
        assert ("failed" in row) == (row[1] in {"nan", "inf"})
    assert {row[-2] for row in rows} == {"failed", "completed"}
    assert "loss is nan" in result.stderr
    again = project.sweepflow("run", "odd")
    assert table(again.stdout) == rows


def test_a_dry_run_tells_where_it_looks_and_runs_nothing(project: Shell) -> None:
    result = project.sweepflow("run", "run", "--dry-run")
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "6 trials for the least loss, chosen by random (seed 0), 1 at once"
    )
    assert [line.split() for line in lines[1:3]] == [["x", "0.0:1"], ["n", "1:8"]]
    x, n = chosen(1)[0]
    assert f"seed=3 x={x} n={n}" in lines[-1]
    found = json.loads(project.sweepflow("run", "run", "--dry-run", "--json").stdout)
    assert found["search"]["space"] == {"x": "0.0:1", "n": "1:8"}
    assert found["search"]["trials"] == 6
    assert found["tasks"][0]["params"] == {"seed": 3, "x": float(x), "n": int(n)}
    assert not (project.cwd / "tried.txt").exists()
    assert not (project.cwd / ".sweepflow").exists()


@pytest.mark.parametrize(
    ("sets", "problem"),
    [
        ("search: 'x=1:2', each: n=1, metric: a", "has each and search"),
        ("each: x=1, trials: 3", "has trials, which only a search has"),
        ("search: 'x=1:2'", "does not say for what: write metric: NAME"),
        ("search: 'x=2:1', metric: a", "the range 2:1 holds no number"),
        ("search: x, metric: a", "'x' says nothing of where to search"),
        ("search: 'x=1:2', metric: a, trials: 0", "whole number, 1 or more"),
        ("search: 'x=1:2', metric: a, sampler: foo", "one of tpe, random, gp"),
        ("search: 'x=1:2', metric: a, all: 'y=1,2'", "y must have one value each"),
        ("search: 'x=log(0:1)', metric: a", "has no logarithm"),
        ("search: 'x=1:2 +x=3:4', metric: a", "x is searched twice"),
        ("search: 'x=1:2:3:4', metric: a", "too many ':' in a range"),
        ("search: 'x=1:2', metric: a, seed: 4294967296", "cannot be the seed"),
    ],
)
def test_a_set_that_has_no_meaning_is_told_with_its_place(
    project: Shell, sets: str, problem: str
) -> None:
    project.write(
        f"jobs:\n  bad:\n    run: python train.py\n    sets:\n    - {{{sets}}}\n"
    )
    message = project.bad("run", "bad")
    assert problem in message
    assert "sweepflow.yaml:" in message
    assert not (project.cwd / "tried.txt").exists()


def test_an_option_of_searches_is_refused_for_what_does_not_search(
    project: Shell,
) -> None:
    project.write("jobs: {plain: {run: python train.py}}")
    assert "--max-trials" in project.bad("run", "plain", "--max-trials", "3")


def test_the_runs_say_of_which_search_they_are(project: Shell) -> None:
    project.sweepflow("run", "run")
    with Store(Home.of(project.cwd)) as store:
        facts = [run.facts["search"] for run in store.reader.runs(job="run")]
    assert [one["trial"] for one in reversed(facts)] == [1, 2, 3, 4, 5, 6]
    assert len({one["id"] for one in facts}) == 1


FIT = """
x = 0.5
n = 1
print("loss:", (x - 0.3) ** 2 + n)
"""
OPERATIONS = """
operations:
  fit: {main: fit, flags-import: all, objective: {maximize: loss}}
jobs:
  tune: {operation: fit, sets: [{search: "x=0.0:1 n=1:8", trials: 4}]}
"""


def test_a_job_of_an_operation_searches_for_its_objective(shell: Shell) -> None:
    shell.write(OPERATIONS)
    shell.write(FIT, "fit.py")
    result = shell.sweepflow("run", "tune")
    assert result.returncode == 0, result
    values = [float(row[3]) for row in table(result.stdout)]
    assert f"best: loss {max(values):.3f}"[:14] in result.stderr
    assert "4 runs: 4 completed" in result.stderr
    again = shell.sweepflow("run", "tune")
    assert "4 runs: 4 cached" in again.stderr
    shell.write(FIT.replace("0.3", "0.4"), "fit.py")
    changed = shell.sweepflow("run", "tune")
    assert "4 runs: 4 completed" in changed.stderr


def test_a_job_of_an_operation_refuses_what_it_cannot_search(shell: Shell) -> None:
    shell.write(OPERATIONS.replace("n=1:8", "n=1,2,3,few"))
    shell.write(FIT, "fit.py")
    assert "n=few" in shell.bad("run", "tune")
    assert "n=few" in shell.bad("run", "tune", "--dry-run")
    assert shell.sweepflow("runs", "list").stdout.count("fit") == 0


def test_the_command_line_says_what_a_job_of_an_operation_searches_for(
    shell: Shell,
) -> None:
    shell.write(OPERATIONS.replace("trials: 4", "trials: 4, metric: gain"))
    shell.write(FIT, "fit.py")
    result = shell.sweepflow("run", "tune", "--minimize", "loss")
    values = [float(row[3]) for row in table(result.stdout)]
    assert f"best: loss {min(values):.3f}"[:14] in result.stderr
    both = shell.bad("run", "tune", "--minimize", "loss", "--maximize", "loss")
    assert "exclude each other" in both
    assert "cannot have --optimizer" in shell.bad("run", "tune", "-o", "gp")


def test_ranges_of_flags_search(shell: Shell) -> None:
    shell.write(OPERATIONS)
    shell.write(FIT, "fit.py")
    result = shell.sweepflow(
        "run",
        "fit",
        "x=[0.0:1]",
        "n=[1,2]",
        "-m",
        "5",
        "--minimize",
        "loss",
        "-o",
        "tpe",
    )
    assert result.returncode == 0, result
    rows = table(result.stdout)
    assert len(rows) == 5
    assert {row[1] for row in rows} <= {"1", "2"}
    message = shell.bad("run", "fit", "x=[0.0:1]", "--stage")
    assert "a search cannot have --stage" in message


FLOW = """
from dataclasses import dataclass
from sweepflow.workflow import AtomConstructor, Step, Workflow, log_metric

@dataclass
class Rows:
    rows: int = 2

@dataclass
class Train:
    lr: float = 0.1
    kind: str = "small"
    depth: int = 1

def prepare(config, atoms, workspace):
    (workspace / "data.txt").write_text("x" * config.rows)
    return [AtomConstructor("data", "data.txt", "dataset")]

def train(config, atoms, workspace):
    log_metric("loss", config.lr + config.depth)
    (workspace / "model").write_text(repr(config))
    return [AtomConstructor("model", "model", "model")]

def score(config, atoms, workspace):
    log_metric("loss", 100 + len(atoms["model"].path.read_text()))
    (workspace / "score").write_text("1")
    return [AtomConstructor("score", "score", "eval")]

demo = Workflow("demo", {}, [
    Step("prepare", prepare, {}, Rows, {"data": "dataset"}),
    Step("train", train, {"data": "dataset"}, Train, {"model": "model"}),
    Step("score", score, {"model": "model"}, None, {"score": "eval"}),
])
"""
FLOWS = """
workflows: {demo: "flow:demo"}
jobs:
  tune:
    workflow: demo
    sets:
      - search: train.lr=log(1e-4:0.1) train.depth=1:4 train.kind=small,large
        all: prepare.rows=7
        metric: METRIC
        trials: 6
        at_once: 2
"""


@pytest.mark.parametrize(("metric", "least"), [("train.loss", 1), ("loss", 100)])
def test_a_job_of_a_workflow_shares_what_is_the_same(
    shell: Shell, metric: str, least: int
) -> None:
    shell.write(FLOW, "flow.py")
    shell.write(FLOWS.replace("METRIC", metric))
    result = shell.sweepflow("run", "tune")
    assert result.returncode == 0, result
    assert all(least < float(row[4]) < least + 99 for row in table(result.stdout))
    assert result.stderr.count("prepare completed") == 1
    assert result.stderr.count("prepare cached") == 2
    again = shell.sweepflow("run", "tune")
    assert [row[:5] for row in table(again.stdout)] == [
        row[:5] for row in table(result.stdout)
    ]
    assert "15 steps: 15 cached" in again.stderr
    more = shell.sweepflow("run", "tune", "--max-trials", "8")
    assert "20 steps: 4 completed, 16 cached" in more.stderr


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("train.lr=", "train.rate="), "train.rate"),
        (("train.depth=1:4", "train.depth=0.5:0.7"), "train.depth"),
        # Of these, the first trial has a good one.
        (("train.depth=1:4", "train.depth=1,1,1,2,3,4,0.5"), "not 0.5"),
    ],
)
def test_a_wrong_path_or_type_is_told_before_anything_runs(
    shell: Shell, change: tuple[str, str], problem: str
) -> None:
    shell.write(FLOW, "flow.py")
    shell.write(FLOWS.replace("METRIC", "loss").replace(*change))
    assert problem in shell.bad("run", "tune")
    assert "train" not in shell.sweepflow("runs", "list").stdout


SLOW = """
import sys, time
x = 0.5
for word in sys.argv[1:]:
    if word.startswith("x="):
        x = float(word[2:])
for step in range(40):
    print(f"loss: {x + 1 / (step + 1)} (step {step})", flush=True)
    if x > 1:
        time.sleep(60)  # what is bad takes longest
"""
SLOW_FLOW = """
import time
from dataclasses import dataclass
from sweepflow.workflow import AtomConstructor, Step, Workflow, log_metric

@dataclass
class Train:
    x: float = 0.5

def train(config, atoms, workspace):
    for step in range(40):
        log_metric("loss", config.x + 1 / (step + 1), step)
        if config.x > 1:
            time.sleep(60)
    (workspace / "model").write_text(repr(config))
    return [AtomConstructor("model", "model", "model")]

slow = Workflow("slow", {}, [Step("train", train, {}, Train, {"model": "model"})])
"""
PRUNED = """
workflows: {slow: "flow:slow"}
operations: {print: {main: slow, flags-import: all}}
jobs:
  command: {run: python slow.py, sets: [{search: "x=0.5,0.6,5.0,7.0", <<: &how
    {metric: loss, trials: 8, pruner: median, startup: 2, sampler: random, seed: 3}}]}
  operation: {operation: print, sets: [{search: "x=0.5,0.6,5.0,7.0", <<: *how}]}
  workflow: {workflow: slow, sets: [{search: "train.x=0.5,0.6,5.0,7.0", <<: *how}]}
"""


@pytest.mark.parametrize("job", ["command", "operation", "workflow"])
def test_a_trial_that_promises_little_is_ended_and_not_run_again(
    shell: Shell, job: str
) -> None:
    shell.write(SLOW, "slow.py")
    shell.write(SLOW_FLOW, "flow.py")
    shell.write(PRUNED)
    first = shell.sweepflow("run", job)
    assert first.returncode == 0, first
    rows = table(first.stdout)
    values = [float(row[1]) for row in rows]
    # Two run undisturbed before it begins; this seed chooses good ones for them.
    assert max(values[:2]) < 1 < max(values)
    for row, value in zip(rows, values, strict=True):
        assert row[-2] == ("pruned" if value > 1 else "completed")
    assert "pruned: " in first.stderr
    assert "interrupted" not in first.stderr
    again = shell.sweepflow("run", job)
    assert [row[:-1] for row in table(again.stdout)] == [row[:-1] for row in rows]
    assert "completed" not in again.stderr


def test_a_run_of_an_operation_with_a_range_goes_on(shell: Shell) -> None:
    shell.write("operations: {fit: {main: fit, flags: {x: '[0.0:1]', n: 2}}}")
    shell.write(FIT, "fit.py")
    shell.sweepflow("run", "fit", "-m", "1")
    run = json.loads(shell.sweepflow("runs", "list", "--json").stdout)[0]["id"]
    result = shell.sweepflow("run", "--restart", run)
    assert result.returncode == 0, result
    assert "a search cannot have" in shell.bad("run", "--restart", run, "-O")


APP = """
from dataclasses import dataclass
import mlflow
import sweepflow

@dataclass
class Config:
    x: float = 0.1

@sweepflow.main(Config)
def app(run, cfg):
    with open("tried.txt", "a") as file:
        file.write(f"{cfg.x} 0\\n")
    mlflow.log_metric("loss", abs(cfg.x - 0.3))

app()
"""


def test_what_an_app_logs_to_mlflow_is_searched(shell: Shell) -> None:
    shell.write(APP, "train.py")
    shell.write(
        f"jobs: {{tune: {{run: {sys.executable} train.py, sets: [{{search: 'x=0.0:1', "
        "metric: loss, trials: 2, sampler: random}]}}"
    )
    first = shell.sweepflow("run", "tune", "--jobs", "2")
    assert first.returncode == 0, first
    values = [float(row[2]) for row in table(first.stdout)]
    xs = sorted(float(x) for x, _ in tried(shell))
    assert sorted(values) == pytest.approx(sorted(abs(x - 0.3) for x in xs), rel=1e-4)
    # Where nothing is known but what MLflow knows, the app runs, and skips itself.
    shutil.rmtree(shell.cwd / ".sweepflow")
    again = shell.sweepflow("run", "tune", "--jobs", "2")
    assert [row[:3] for row in table(again.stdout)] == [
        row[:3] for row in table(first.stdout)
    ]
    assert len(tried(shell)) == 2
