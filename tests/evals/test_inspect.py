"""Evaluation by Inspect: what is left of one that succeeds, and of its process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

pytest.importorskip("inspect_ai")

from sweepflow.evals import Evaluation, EvaluationError, Target, get_backend
from sweepflow.evals.errors import EvaluationFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS = "tests.evals.tasks"
ECHO = Target("inspect", "echo/model")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("many") / "new" / "folder"
    task = f"{TASKS}:many_scorers"
    return get_backend("inspect").evaluate(ECHO, task, folder, limit=3)


def test_metrics_of_several_scorers_stand_side_by_side(many: Evaluation) -> None:
    error = 1 / 3
    assert {name: round(value, 6) for name, value in many.metrics.items()} == {
        name: round(value, 6)
        for name, value in {
            "includes/accuracy": 1 / 3,
            "includes/accuracy_stderr": error,
            "includes1/accuracy": 1 / 3,
            "includes1/accuracy_stderr": error,
            "by_kind/accuracy": 1 / 3,
            "by_kind/accuracy_stderr": error,
            "by_kind/accuracy/kind/odd": 1.0,
            "by_kind/accuracy/kind/even": 0.0,
            "by_kind/accuracy/kind/all": 1 / 3,
            "parts/length/mean": 8.0,
            "parts/length/mean_stderr": 0.0,
            "parts/words/mean": 2.0,
        }.items()
    }


def test_the_files_say_what_the_evaluation_says(many: Evaluation) -> None:
    said = json.loads((many.folder / "metrics.json").read_text("utf-8"))
    assert said == many.metrics
    names = {path.name for path in many.folder.iterdir()}
    assert names == {"metrics.json", "samples.jsonl", "inspect.eval"}


def test_there_is_a_line_for_each_sample_and_epoch(
    many: Evaluation, rows: Callable[[Path], list[dict[str, Any]]]
) -> None:
    found = rows(many.folder)
    ids = [(row["id"], row["epoch"]) for row in found]
    assert ids == [(f"s{n}", epoch) for n in range(3) for epoch in (1, 2)]
    first = found[0]
    assert first["input"] == [{"role": "user", "content": "number 0"}]
    assert first["target"] == "-1"
    assert first["completion"] == "number 0"
    assert first["metadata"] == {"kind": "even"}
    assert first["error"] is None
    assert first["scores"]["includes"]["value"] == "I"
    assert first["scores"]["parts"]["value"] == {"length": 8, "words": 2}


def test_the_log_opens_in_inspect(many: Evaluation) -> None:
    from inspect_ai.log import list_eval_logs, read_eval_log

    log = read_eval_log(str(many.folder / "inspect.eval"))
    assert log.status == "success"
    assert log.samples is not None
    assert len(log.samples) == 6
    assert len(list_eval_logs(str(many.folder))) == 1


FILE = """
from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

@task
def beside(name):
    return Task(json_dataset(name), solver=generate(), scorer=includes())
"""


def test_a_task_of_a_file_finds_what_stands_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    (place / "json.py").write_text(FILE)  # whose name hides no other module
    (place / "data.json").write_text('[{"input": "a", "target": "dummy"}]')
    found = get_backend("inspect").evaluate(
        Target("dummy", "nobody"),
        f"{place}/json.py@beside",
        tmp_path / "out",
        task_args={"name": "data.json"},
        eval_kwargs={"epochs": 2},
    )
    assert found.metrics == {"accuracy": 1.0, "accuracy_stderr": 0.0}


def test_the_log_of_a_failed_evaluation_is_kept(tmp_path: Path, state: Path) -> None:
    from inspect_ai.log import read_eval_log

    out = tmp_path / "out"
    task, args = f"{TASKS}:troubled", {"breaks": True}
    with pytest.raises(EvaluationFailedError, match="the solver broke") as raised:
        get_backend("inspect").evaluate(ECHO, task, out, task_args=args)
    assert raised.value.exit_status == 1
    kept = Path(str(raised.value).rpartition("its log is ")[2])
    assert kept.is_relative_to(state)
    assert read_eval_log(str(kept)).status == "error"
    assert list(out.iterdir()) == []


def test_a_killed_process_is_told_by_its_signal(tmp_path: Path) -> None:
    task, args = f"{TASKS}:stopping", {"is_killed": True}
    with pytest.raises(EvaluationError, match="was ended by SIGKILL"):
        get_backend("inspect").evaluate(ECHO, task, tmp_path, task_args=args)
    assert list(tmp_path.glob("*.json*")) == []


SCRIPT = """
import sys
from pathlib import Path
from sweepflow.evals import Target, get_backend

get_backend("inspect").evaluate(
    Target("inspect", "echo/model"),
    "tests.evals.tasks:stopping",
    Path(sys.argv[1]),
    task_args={"mark": sys.argv[2]},
)
"""


@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_the_process_ends_with_the_one_that_started_it(
    how: str, tmp_path: Path
) -> None:
    mark, out = tmp_path / "mark", tmp_path / "out"
    command = [sys.executable, "-c", SCRIPT, str(out), str(mark)]
    with subprocess.Popen(
        command, start_new_session=True, stderr=subprocess.PIPE
    ) as parent:
        _wait(lambda: mark.exists() and bool(mark.read_text()))
        child = int(mark.read_text())
        if how == "interrupt":
            os.killpg(parent.pid, signal.SIGINT)  # as a terminal does
        else:
            parent.kill()
        _wait(lambda: not _lives(child))
        assert parent.wait(60) != 0
    assert not (out / "metrics.json").exists()


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)
