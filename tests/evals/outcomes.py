"""Evaluations that must fail, one after the other in this process, told as JSON."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from sweepflow.errors import SweepflowError
from sweepflow.evals import Target
from sweepflow.evals.inspect.evaluate import evaluate
from sweepflow.evals.inspect.spec import Spec

TASKS = "tests.evals.tasks"
ECHO = Target("inspect", "echo/model")


def _spec(task: str, task_args: dict[str, Any], eval_kwargs: dict[str, Any]) -> Spec:
    return Spec(ECHO, f"{TASKS}:{task}", task_args, None, eval_kwargs)


CASES = {
    "solver": _spec("troubled", {"breaks": True}, {}),
    "tolerated": _spec("troubled", {"breaks": True}, {"fail_on_error": False}),
    "scorer": _spec("troubled", {"scorer": "breaking"}, {}),
    "no scorer": _spec("troubled", {"scorer": None}, {}),
    "not all": _spec("troubled", {"scorer": "not_all"}, {}),
    "none": _spec("troubled", {"scorer": "of_the_odd"}, {}),
    "partly": _spec("troubled", {"scorer": "partly_undefined"}, {}),
    "wholly": _spec("troubled", {"scorer": "wholly_undefined"}, {}),
    "unknown argument": _spec("numbers", {"cuont": 3}, {}),
    "wrong argument": _spec("numbers", {"count": 2, "max_tokens": "many"}, {}),
    "unmade": _spec("unmade", {}, {}),
    "no task": _spec("no_task", {}, {}),
    "ours": _spec("numbers", {}, {"log_dir": "here"}),
    "beside": _spec("numbers", {}, {"limit": 2}),
    "unknown": _spec("numbers", {}, {"temprature": 1}),
    "path": _spec("numbers", {}, {"model_args": {"model_path": "x"}}),
    "no samples": _spec("numbers", {"count": 0}, {}),
    "no model": Spec(Target("inspect", "nobody/x"), f"{TASKS}:numbers", {}, None, {}),
}


def _outcome(spec: Spec) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as work:
        try:
            evaluate(spec, Path(work))
        except Exception as error:  # noqa: BLE001 - that is what is told
            is_ours = isinstance(error, SweepflowError)
            files = [path.name for path in Path(work).glob("*.json*")]
            said = {"message": str(error), "kind": type(error).__name__}
            return {**said, "is_ours": is_ours, "files": files}
        return json.loads((Path(work) / "metrics.json").read_text("utf-8"))


if __name__ == "__main__":
    os.environ["INSPECT_TRACE_FILE"] = sys.argv[1]
    with contextlib.redirect_stdout(sys.stderr):
        outcomes = {name: _outcome(spec) for name, spec in CASES.items()}
    print(json.dumps(outcomes))  # noqa: T201
