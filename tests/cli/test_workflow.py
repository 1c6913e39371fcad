"""`sweepflow workflow`, and `sweepflow run` of a workflow, as a user types them."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

FLOWS = '''
from __future__ import annotations

from dataclasses import dataclass

from sweepflow.workflow import AtomConstructor, Step, Workflow


@dataclass
class Prepare:
    rows: int = 3
    """How many."""


@dataclass
class Train:
    lr: float


def prepare(config, input_atoms, temp_workspace):
    print("preparing")
    (temp_workspace / "data.txt").write_text("x" * config.rows)
    return [AtomConstructor("data", temp_workspace / "data.txt", "dataset")]


def train(config, input_atoms, temp_workspace):
    if config.lr > 1:
        raise ValueError("diverged")
    text = f"{len(input_atoms['data'].load())} {config.lr}"
    (temp_workspace / "model.txt").write_text(text)
    return [AtomConstructor("model", temp_workspace / "model.txt", "model")]


def other(config, input_atoms, temp_workspace):
    return []


made = {"data": "dataset"}
pipeline = Workflow("pipeline", {}, [
    Step("prepare", prepare, config_class=Prepare, output_atom_types=made),
    Step("train", train, made, Train, {"model": "model"}),
    Step("other", other, output_atom_types={}),
])
given = Workflow("given", made, [Step("train", train, made, Train)])
'''

PROJECT = """
jobs:
  job: {run: echo}
workflows:
  pipeline: {workflow: 'flows:pipeline', config: conf/train.yaml}
  given: flows:given
"""


@pytest.fixture
def project(shell: Shell) -> Shell:
    shell.write(PROJECT)
    shell.write(FLOWS, "flows.py")
    shell.write("train: {lr: 0.1}", "conf/train.yaml")
    return shell


def outputs(stdout: str) -> dict[str, str]:
    """Give the atoms of the table, by the step and the output."""
    rows = (line.split() for line in stdout.splitlines() if " | " not in line)
    found = [row for row in rows if len(row) == 3]
    assert found[0] == ["step", "output", "atom"]
    return {f"{step}.{name}": atom for step, name, atom in found[1:]}


@pytest.mark.parametrize("command", [["run"], ["workflow", "run"]], ids=" ".join)
def test_runs_once_and_takes_what_is_known(project: Shell, command: list[str]) -> None:
    first = project.sweepflow(*command, "pipeline", "--user", "ann")
    assert first.returncode == 0, first
    assert "prepare | preparing\n" in first.stdout
    made = outputs(first.stdout)
    assert list(made) == ["prepare.data", "train.model"]
    assert made["train.model"].startswith("model-ann-")

    second = project.sweepflow(*command, "pipeline", "--user", "ann")
    assert outputs(second.stdout) == made
    assert "preparing" not in second.stdout
    assert "train cached" in second.stderr


def test_the_command_line_wins_over_the_file(project: Shell) -> None:
    project.write("train: {lr: 0.5}", "other.yaml")
    plain = outputs(project.sweepflow("run", "pipeline").stdout)
    other = project.sweepflow("run", "pipeline", "--config", "other.yaml")
    same = project.sweepflow("run", "pipeline", "-c", "other.yaml", "train.lr=0.1")
    more = project.sweepflow("run", "flows:pipeline", "train.lr=0.1", "prepare.rows=4")
    assert outputs(other.stdout)["train.model"] != plain["train.model"]
    assert outputs(same.stdout) == plain
    assert outputs(more.stdout)["prepare.data"] != plain["prepare.data"]


def test_runs_without_a_project_from_the_working_folder(shell: Shell) -> None:
    shell.write(FLOWS, "flows.py")
    result = shell.sweepflow("run", "flows:pipeline", "train.lr=0.1")
    assert result.returncode == 0, result
    assert (shell.cwd / ".sweepflow").is_dir()


def test_a_config_of_the_project_is_found_from_a_folder_below(project: Shell) -> None:
    project.write("", "below/file")
    above, project.cwd = project.cwd, project.cwd / "below"
    result = project.sweepflow("run", "pipeline")
    assert result.returncode == 0, result
    assert (above / ".sweepflow").is_dir()
    assert not (project.cwd / ".sweepflow").exists()


def test_a_given_atom_is_named_by_its_id(project: Shell) -> None:
    made = outputs(project.sweepflow("run", "pipeline").stdout)
    result = project.sweepflow(
        *("workflow", "run", "given", "train.lr=0.1"),
        *("--input", f"data={made['prepare.data']}"),
    )
    assert outputs(result.stdout) == {"train.model": made["train.model"]}


def test_a_failure_is_told_and_does_not_stop_the_rest(project: Shell) -> None:
    result = project.sweepflow("run", "pipeline", "train.lr=2")
    assert result.returncode == 1
    assert list(outputs(result.stdout)) == ["prepare.data"]
    assert "train failed: ValueError: diverged" in result.stderr
    assert re.search(r"output: \S+output\.log", result.stderr)
    assert "other completed" in result.stderr


def test_an_interrupt_ends_with_130(project: Shell) -> None:
    slow = 'print("go", flush=True); __import__("time").sleep(60)'
    project.write(FLOWS.replace('print("preparing")', slow), "flows.py")
    process = project.start("run", "pipeline", start_new_session=True)
    assert process.stdout
    assert process.stdout.readline() == b"prepare | go\n"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    process.communicate()


class TestCache:
    def test_is_renewed_by_force(self, project: Shell) -> None:
        project.sweepflow("run", "pipeline")
        result = project.sweepflow("run", "pipeline", "--force")
        assert "cached" not in result.stderr
        assert "preparing" in result.stdout
        assert "3 cached" in project.sweepflow("run", "pipeline").stderr

    def test_is_left_alone_by_no_cache(self, project: Shell) -> None:
        for _ in range(2):
            result = project.sweepflow("run", "pipeline", "--no-cache")
            assert "cached" not in result.stderr
        assert "cached" not in project.sweepflow("run", "pipeline").stderr

    def test_gives_what_is_no_stage(self, project: Shell) -> None:
        result = project.sweepflow("run", "pipeline", "--stages", "train,other")
        assert result.returncode == 1
        assert "not in the cache, and only train, other may run" in result.stderr
        project.sweepflow("run", "pipeline")
        result = project.sweepflow("run", "pipeline", "--stages", "train, other")
        assert result.returncode == 0
        assert "1 cached" in result.stderr


class TestDryRun:
    def lines(self, project: Shell, *args: str, status: int = 0) -> list[str]:
        result = project.sweepflow("run", "pipeline", "--dry-run", *args)
        assert result.returncode == status, result
        return result.stdout.splitlines()

    def test_says_what_would_run_and_leaves_nothing_behind(
        self, project: Shell
    ) -> None:
        project.env["PYTHONDONTWRITEBYTECODE"] = "1"
        before = sorted(project.cwd.rglob("*"))
        because = "its input 'data' comes from prepare, which would run"
        assert self.lines(project) == [
            "prepare  would run, because it never ran before",
            f"train    would run, because {because}",
            "other    would run, because it never ran before",
        ]
        assert sorted(project.cwd.rglob("*")) == before

    def test_says_what_is_cached_and_why_something_is_not(self, project: Shell) -> None:
        project.sweepflow("run", "pipeline")
        prepare, train, _ = self.lines(project, "train.lr=0.2")
        assert re.fullmatch(r"prepare  cached \(run [0-9a-f]{8}\)", prepare)
        assert train.startswith("train    would run, because ")
        assert train.endswith("lr: 0.1 -> 0.2")
        assert all("would run" in line for line in self.lines(project, "--force"))
        assert all("would run" in line for line in self.lines(project, "--no-cache"))

    def test_says_what_stages_lack(self, project: Shell) -> None:
        lines = self.lines(project, "--stages", "train", status=1)
        assert lines[0] == (
            "prepare  would have to run, and is no stage, because it never ran before"
        )
        project.sweepflow("run", "pipeline")
        prepare, train, other = self.lines(project, "--stages", "train")
        assert "cached" in prepare
        assert "would run" in train
        assert "cached" in other

    def test_gives_the_plan_as_json(self, project: Shell) -> None:
        project.sweepflow("run", "pipeline")
        text = "\n".join(self.lines(project, "--json", "train.lr=0.2"))
        plan: dict[str, Any] = json.loads(text)
        assert plan["name"] == "pipeline"
        prepare, train, _ = plan["tasks"]
        assert (prepare["cached"], prepare["because"]) == (True, None)
        assert len(prepare["run"]) > 8
        assert train["step"] == "flows:train"
        assert train["params"] == {"lr": 0.2}
        assert train["after"] == ["prepare"]
        assert (train["cached"], train["run"]) == (False, None)
        assert "0.1 -> 0.2" in train["because"]


def test_list_names_workflows_without_importing_them(project: Shell) -> None:
    project.write("raise OSError", "flows.py")
    lines = project.sweepflow("workflow", "list").stdout.splitlines()
    assert lines[0].split() == ["workflow", "where", "named", "by"]
    assert lines[1].split() == ["pipeline", "flows:pipeline", "sweepflow.yaml"]
    listed = json.loads(project.sweepflow("workflow", "list", "--json").stdout)
    assert listed[:2] == [
        {
            "name": "pipeline",
            "workflow": "flows:pipeline",
            "source": "sweepflow.yaml",
            "config": str(project.cwd / "conf" / "train.yaml"),
        },
        {
            "name": "given",
            "workflow": "flows:given",
            "source": "sweepflow.yaml",
            "config": None,
        },
    ]


def test_a_package_offers_a_workflow(shell: Shell) -> None:
    shell.write(FLOWS, "installed/zoo_flows.py")
    shell.write("Name: zoo\nVersion: 1", "installed/zoo-1.dist-info/METADATA")
    shell.write(
        "[sweepflow.workflows]\nlion = zoo_flows:pipeline",
        "installed/zoo-1.dist-info/entry_points.txt",
    )
    shell.env["PYTHONPATH"] = str(shell.cwd / "installed")
    result = shell.sweepflow("run", "lion", "train.lr=0.1")
    assert result.returncode == 0, result
    names = json.loads(shell.sweepflow("workflow", "list", "--json").stdout)
    assert ("lion", "zoo") in [(one["name"], one["source"]) for one in names]


def test_validate_tells_every_problem(project: Shell) -> None:
    result = project.sweepflow("workflow", "validate", "pipeline")
    file = project.cwd / "conf" / "train.yaml"
    assert (result.returncode, result.stdout) == (
        0,
        f"{file} is valid for workflow 'pipeline'\n",
    )
    project.write("train: {lr: x}\nprepare:\n  row: 1\n", "conf/train.yaml")
    told = project.bad("workflow", "validate", "pipeline", "other=1").splitlines()
    assert any(
        line.endswith(":1:13: train.lr must be a number, not 'x'") for line in told
    )
    assert any(f"{file}:3:3: unknown key 'row' in prepare" in line for line in told)
    assert any("(set by the argument 'other=1')" in line for line in told)
    assert not (project.cwd / ".sweepflow").exists()


def test_schema_is_what_one_starts_a_config_from(project: Shell) -> None:
    text = project.sweepflow("workflow", "schema", "pipeline").stdout
    assert text == project.sweepflow("workflow", "schema", "pipeline", "--yaml").stdout
    assert yaml.safe_load(text) == {"prepare": {"rows": 3}, "train": {"lr": None}}
    assert "# How many." in text
    schema = project.sweepflow("workflow", "schema", "pipeline", "--json-schema").stdout
    assert list(json.loads(schema)["properties"]) == ["prepare", "train", "other"]


@pytest.mark.parametrize(
    ("form", "begin"),
    [("text", "pipeline\n"), ("mermaid", "flowchart TD\n"), ("dot", "digraph ")],
)
def test_graph_draws_the_steps(project: Shell, form: str, begin: str) -> None:
    result = project.sweepflow("workflow", "graph", "pipeline", "--format", form)
    assert result.stdout.startswith(begin)
    assert "prepare" in result.stdout


def test_show_tells_of_workflows(project: Shell) -> None:
    project.write(
        f"{PROJECT}\nstore: state\nledger: postgresql://ann:secret@host:1/db\n"
        "objects: s3://bucket/x?token=secret\n"
    )
    shown = project.sweepflow("show").stdout
    assert "secret" not in shown
    facts = yaml.safe_load(shown)
    assert facts["store"] == str(project.cwd / "state")
    assert facts["ledger"] == "postgresql://host:1/db"
    assert facts["objects"] == "s3://bucket/x"
    assert facts["workflows"] == yaml.safe_load(PROJECT)["workflows"]
    one = json.loads(project.sweepflow("show", "given", "--json").stdout)
    assert one["workflows"]["given"] == {
        "workflow": "flows:given",
        "config": None,
        "inputs": {"data": "dataset"},
        "steps": {
            "train": {
                "function": "flows:train",
                "inputs": {"data": "dataset"},
                "outputs": None,
                "config_class": "flows:Train",
            }
        },
    }


@pytest.mark.parametrize(
    "address",
    ["ann:sec/ret@host/db", "ann:sec?ret@host/db", "ann:s@ret@h", "h/db?x=a@ret"],
)
def test_a_password_with_marks_in_it_is_not_shown_in_part(
    shell: Shell, address: str
) -> None:
    shell.write(f"ledger: postgresql://{address}")
    shown = shell.sweepflow("show").stdout
    assert "sec" not in shown
    assert "ret" not in shown


BAD = {
    "no such name": ("run pipelin", "did you mean 'pipeline'?"),
    "no such workflow": ("workflow run pipelin", "did you mean 'pipeline'?"),
    "a job": ("workflow run job", "'job' is a job, not a workflow"),
    "no such module": ("run nowhere:flow", "no module 'nowhere'"),
    "no such attribute": ("run flows:pipelin", "did you mean 'pipeline'?"),
    "no workflow": ("run flows:prepare", "is of type function, not a Workflow"),
    "no import path": ("run a/b:c", "names no workflow"),
    "an unknown step of the config": ("run pipeline trian.lr=1", "'train'?"),
    "an unknown key of the config": ("run pipeline train.r=1", "'train.r=1'"),
    "a wrong value": ("run pipeline train.lr=x", "train.lr must be a number"),
    "an override without a value": ("run pipeline train.lr", "sets nothing"),
    "no such config": ("run pipeline --config no.yaml", "no such file: no.yaml"),
    "a config that is a folder": ("run pipeline -c conf", "conf is a folder, not a f"),
    "a wrong config": ("run pipeline -c flows.py", "flows.py"),
    "an unknown stage": ("run pipeline --stages trian", "did you mean 'train'?"),
    "no stage": ("run pipeline --stages train,", "names no step"),
    "force without cache": ("run pipeline --force --no-cache", "exclude each other"),
    "stages with force": ("run pipeline --stages train --force", "exclude each ot"),
    "stages without cache": ("run pipeline --stages train --no-cache", "exclude ea"),
    "an input of no form": ("run given train.lr=1 --input x", "--input NAME=ATOM_ID"),
    "an input twice": ("run given --input a=1 --input a=2 train.lr=1", "'a' twice"),
    "an unknown atom": ("run given train.lr=1 --input data=zzz", "no atom has the id"),
    "a missing input": ("run given train.lr=1", "needs an input 'data'"),
    "no user": ("run pipeline --user a/b", "'a/b' cannot be the user"),
    "no number of jobs": ("run pipeline --jobs 0", "--jobs"),
    "an unknown executor": ("run pipeline --executor slurm", "'in-process'"),
    "json without dry-run": ("run pipeline --json", "add --dry-run"),
    "words for a command": ("run pipeline -- x", "no command that takes"),
    "options for a job": (
        "run job --config x --force",
        "only workflows take --config and --force",
    ),
    "an empty option for a job": ("run job --stages=", "only workflows take --stages"),
    "two schemas": ("workflow schema pipeline --yaml --json-schema", "choose one"),
    "an unknown format": ("workflow graph pipeline --format png", "'mermaid'"),
    "no such file": ("workflow list --file no.yaml", "no.yaml"),
    "no name to show": ("show pipelin", "did you mean 'pipeline'?"),
}


@pytest.mark.parametrize(("command", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_refused(project: Shell, command: str, message: str) -> None:
    assert message in project.bad(*command.split())
    assert not (project.cwd / ".sweepflow").exists()


def test_the_projects_modules_come_before_those_of_the_python_path(
    project: Shell,
) -> None:
    # As `python -m` would: the project's own modules come first.
    project.write("raise OSError", "elsewhere/flows.py")
    project.env["PYTHONPATH"] = str(project.cwd / "elsewhere")
    assert project.sweepflow("workflow", "graph", "pipeline").returncode == 0


def test_values_on_the_command_line_are_swept(project: Shell) -> None:
    result = project.sweepflow("run", "pipeline", "train.lr=0.1,0.2,2")
    assert result.returncode == 1
    table = [line.split() for line in result.stdout.splitlines()]
    assert [line[:2] for line in table if line[:1] == ["0.1"]] == [["0.1", "done"]]
    assert ["2", "train", "failed"] in table
    again = project.sweepflow("run", "pipeline", "train.lr=0.1,0.2,0.3", "--dry-run")
    assert again.stdout.splitlines()[-1] == "1 of 5 steps would run, for 3 points"
