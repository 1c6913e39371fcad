"""From a dataset to scores, by the command line, on a model of 360,000 weights."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import yaml

from tests.system.conftest import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

for extra in ("torch", "transformers", "peft", "inspect_ai"):
    pytest.importorskip(extra)

SWEEPFLOW = (sys.executable, "-m", "sweepflow")
CONFIG: dict[str, Any] = {
    "prepare_dataset": {
        "dataset_loader": "mozoo.datasets.hello_world:generate_hello_world_dataset",
        "loader_kwargs": {"num_samples": 32},
    },
    "submit_training": {
        "model": "tiny",
        "hyperparameters": {
            "n_epochs": 12,
            "learning_rate": 0.005,
            "lora_rank": 0,
            "max_seq_len": 256,
        },
        "suffix": "hello-world",
        "backend_name": "local",
    },
    "wait_for_training": {},
    "evaluate_model": {
        "eval_task": "mozoo.tasks.hello_world:hello_world",
        "backend_name": "inspect",
        "limit": 4,
    },
}
STEPS = (
    *("prepare_dataset", "prepare_task", "submit_training"),
    *("evaluate_base", "wait_for_training", "evaluate_model"),
)


@dataclass
class Project:
    """A folder with the config of a workflow."""

    root: Path
    config: dict[str, Any]

    def start(
        self, *words: str, more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        (self.root / "config.yaml").write_text(yaml.safe_dump(self.config))
        return subprocess.Popen(
            [*SWEEPFLOW, *words],
            cwd=self.root,
            env=environment() | {"OMP_NUM_THREADS": "1", **(more or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def sweepflow(
        self, *words: str, status: int = 0, more: Mapping[str, str] | None = None
    ) -> str:
        process = self.start(*words, more=more)
        out, err = process.communicate(timeout=400)
        assert process.returncode == status, out + err
        return out + err

    def train(self, *overrides: str, status: int = 0) -> dict[str, str]:
        """Run the workflow, and give how each step ended."""
        words = ("train_and_evaluate", "--config", "config.yaml", "--user", "ann")
        said = self.sweepflow("workflow", "run", *words, *overrides, status=status)
        return dict(re.findall(r"^\[ *\d+/\d+\] (\S+) (\w+)", said, re.MULTILINE))

    def atoms(self) -> dict[str, dict[str, Any]]:
        """Give the metrics of each evaluation by its atom's id."""
        listed = json.loads(self.sweepflow("atoms", "list", "--json"))
        return {
            atom["id"]: self.metrics(atom["id"])
            for atom in listed
            if atom["type"] == "eval"
        }

    def metrics(self, atom: str) -> dict[str, Any]:
        code = (
            f"from sweepflow.atom import Atom; import json; "
            f"print(json.dumps(Atom.get({atom!r}).metrics))"
        )
        command = [sys.executable, "-c", code]
        found = subprocess.run(
            command,
            cwd=self.root,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(found.stdout)

    @property
    def jobs(self) -> list[Path]:
        return sorted((self.root / ".sweepflow" / "training").glob("*-*/"))


def changed(config: dict[str, Any], **sections: dict[str, Any]) -> dict[str, Any]:
    """Give a config in which some values of its sections are others."""
    return {name: {**old, **sections.get(name, {})} for name, old in config.items()}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, CONFIG)


def test_a_model_learns_and_nothing_is_done_twice(project: Project) -> None:
    assert project.train() == dict.fromkeys(STEPS, "completed")
    scores = sorted(metrics["accuracy"] for metrics in project.atoms().values())
    assert scores == [0.0, 1.0]  # before, and after

    assert project.train() == dict.fromkeys(STEPS, "cached")

    other = {"eval_task": "sweepflow.zoo.tasks.basic_questions:basic_questions"}
    project.config = changed(CONFIG, evaluate_model=other)
    again = {"prepare_task", "evaluate_base", "evaluate_model"}
    assert project.train() == {
        name: "completed" if name in again else "cached" for name in STEPS
    }

    listed = json.loads(project.sweepflow("runs", "list", "--json"))
    waits = [run for run in listed if run["task"] == "wait_for_training"]
    said = project.sweepflow("runs", "info", waits[-1]["id"])
    assert "loss" in said


def test_what_was_killed_in_training_goes_on_from_its_checkpoint(
    project: Project,
) -> None:
    hyperparameters = CONFIG["submit_training"]["hyperparameters"] | {"n_epochs": 200}
    project.config = changed(
        CONFIG,
        submit_training={"hyperparameters": hyperparameters},
        evaluate_model={"backend_name": "dummy"},
    )
    words = ("workflow", "run", "train_and_evaluate", "--config", "config.yaml")
    often = {"SWEEPFLOW_CHECKPOINT_SECONDS": "0.3"}
    process = project.start(*words, more=often)
    wait_for(lambda: project.jobs and steps(project.jobs[0]) > 60)
    (job,) = project.jobs
    wait_for(lambda: any((job / "checkpoints").glob("*")))
    kill_all(process.pid, job)
    process.wait()
    assert json.loads((job / "job.json").read_text())["ended"] is None
    project.sweepflow(*words, more=often)
    assert project.jobs == [job]
    log = (job / "output.log").read_text()
    (begun,) = re.findall(r"going on after step (\d+)", log)
    assert int(begun) > 0
    curve = json.loads((job / "model" / "training.json").read_text())["curve"]
    assert len(curve) == 800


def kill_all(pid: int, job: Path) -> None:
    """Kill a process, all that it has started, and who trains for a job, at once."""
    top = psutil.Process(pid)
    trains = [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(job) in (process.info["cmdline"] or ())
    ]
    assert trains
    for process in (top, *top.children(recursive=True), *trains):
        with suppress(psutil.NoSuchProcess):
            process.kill()


def wait_for(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + 200
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def steps(job: Path) -> int:
    """Give how many steps a training has told of."""
    file = job / "progress.jsonl"
    return file.read_bytes().count(b"\n") if file.exists() else 0


def test_a_training_that_failed_is_begun_again(project: Project) -> None:
    wild = CONFIG["submit_training"]["hyperparameters"] | {"learning_rate": 1e30}
    project.config = changed(
        CONFIG,
        submit_training={"hyperparameters": wild},
        evaluate_model={"backend_name": "dummy"},
    )
    first = project.train(status=1)
    assert first["submit_training"] == "completed"
    assert first["wait_for_training"] == "failed"
    second = project.train(status=1)
    assert second["submit_training"] == "completed"  # its result was known, and is lost
    assert second["wait_for_training"] == "failed"


def test_a_sweep_prepares_the_dataset_once(project: Project) -> None:
    dummy = {"backend_name": "dummy"}
    project.config = changed(
        CONFIG,
        submit_training={**dummy, "model": "any"},
        evaluate_model=dummy,
    )
    ended = project.train(
        "submit_training.hyperparameters.learning_rate=log(1e-5:1e-3:3)"
    )
    prepared = sorted(name for name in ended if name.startswith("prepare"))
    assert prepared == ["prepare_dataset", "prepare_task"]
    assert sum(name.startswith("submit_training.") for name in ended) == 3
    assert sum(name.startswith("evaluate_model.") for name in ended) == 3


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"submit_training": {"backend_name": "locl"}}, "did you mean 'local'?"),
        ({"evaluate_model": {"backend_name": "inspct"}}, "did you mean 'inspect'?"),
        ({"prepare_dataset": {"dataset_loader": "nothing"}}, "package.module:function"),
        ({"evaluate_model": {"eval_task": None}}, "no task is named"),
        (
            {"evaluate_model": {"eval_task": "mozoo.tasks.hello_world:hello_word"}},
            "did you mean 'hello_world'?",
        ),
        ({"prepare_dataset": {"dataset_loader": "nope.mod:f"}}, "no module 'nope.mod'"),
        ({"submit_training": {"model": ""}}, "submit_training.model"),
        ({"submit_training": {"modle": "tiny"}}, "did you mean 'model'?"),
    ],
)
def test_what_is_wrong_in_a_config_is_told_before_anything_runs(
    project: Project, sections: dict[str, dict[str, Any]], said: str
) -> None:
    project.config = changed(CONFIG, **sections)
    words = ("train_and_evaluate", "--config", "config.yaml")
    told = project.sweepflow("workflow", "run", *words, status=2)
    assert said in told
    assert "Traceback" not in told
    assert not (project.root / ".sweepflow" / "runs").exists()


def test_a_model_that_is_named_is_evaluated(project: Project) -> None:
    project.config = {
        "prepare_model": {"model": "any", "backend_name": "dummy"},
        "evaluate_model": {
            "eval_task": "sweepflow.zoo.tasks.hello_world:hello_world",
            "backend_name": "dummy",
        },
    }
    words = ("evaluate_only", "--config", "config.yaml")
    project.sweepflow("workflow", "run", *words)
    assert list(project.atoms().values()) == [{"dummy": 1.0}]
