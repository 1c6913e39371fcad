"""The examples do what they say."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.system.conftest import EXAMPLES, environment, runs_of

if TYPE_CHECKING:
    from tests.system.conftest import Sweepflow


def test_digits_is_swept_once(sweepflow: Sweepflow, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "digits", tmp_path, dirs_exist_ok=True)
    some = ("run", "digits", "c=1,10", "gamma=0.001")

    first, second = sweepflow(*some), sweepflow(*some)

    assert (first.returncode, second.returncode) == (0, 0), first
    assert "Skipped" not in first.stdout
    assert second.stdout.count("Skipped") == 4
    runs = runs_of(tmp_path, "digits")
    assert len(runs) == 4
    assert all(run.data.metrics["test_accuracy"] > 0.95 for run in runs)
    best = _python("best.py", folder=tmp_path)
    assert "of 4 runs" in best
    assert max(run.data.metrics["cv_accuracy"] for run in runs) == pytest.approx(
        float(best.splitlines()[3].split()[3]), abs=1e-4
    )


def test_the_demo_has_30_runs_or_more(sweepflow: Sweepflow, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "digits", tmp_path, dirs_exist_ok=True)
    commands = sweepflow("run", "digits", "--dry-run").stdout.splitlines()
    swept = [
        [word.partition("=")[2] for word in line.split() if word[:2] in ("c=", "ga")]
        for line in commands
    ]
    counts = [len(c.split(",")) * len(gamma.split(",")) for c, gamma in swept]
    assert sum(counts) >= 30


def test_the_digits_are_searched(sweepflow: Sweepflow, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "digits", tmp_path, dirs_exist_ok=True)
    some = ("run", "tune", "--max-trials", "2", "--jobs", "2")

    first, second = sweepflow(*some), sweepflow(*some)

    assert (first.returncode, second.returncode) == (0, 0), first
    assert first.stdout.endswith(second.stdout)
    values = [run.data.metrics["cv_accuracy"] for run in runs_of(tmp_path, "tune")]
    assert f"best: cv_accuracy {max(values)!r} of trial " in second.stderr
    assert "completed" not in second.stderr


def test_the_workflow_runs_each_step_once(sweepflow: Sweepflow, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "workflow", tmp_path, dirs_exist_ok=True)

    first, second = sweepflow("run", "digits"), sweepflow("run", "digits")

    assert (first.returncode, second.returncode) == (0, 0), first
    assert second.stdout in first.stdout  # the atoms; the first has a log, too
    statuses = [run["status"] for run in _newest(sweepflow, 10)]
    assert statuses == ["cached"] * 5 + ["completed"] * 5
    listed = json.loads(sweepflow("atoms", "list", "--type", "eval", "--json").stdout)
    load = _LOAD.format(id=listed[0]["id"])
    metrics = json.loads(_python("-c", load, folder=tmp_path))
    assert metrics.keys() == {"linear", "network"}
    assert min(metrics.values()) > 0.9


def test_an_edited_helper_runs_what_uses_it(
    sweepflow: Sweepflow, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLES / "workflow", tmp_path, dirs_exist_ok=True)
    assert sweepflow("run", "digits").returncode == 0
    helper = tmp_path / "layers.py"
    text = helper.read_text("utf-8")
    assert "np.maximum(values, 0)" in text
    helper.write_text(text.replace("(values, 0)", "(0, values)"), "utf-8")

    assert sweepflow("run", "digits").returncode == 0

    statuses = {run["task"]: run["status"] for run in _newest(sweepflow, 5)}
    # The report is made of the same bytes as before.
    assert statuses == {
        "prepare": "cached",
        "linear": "cached",
        "network": "cached",
        "evaluate": "completed",
        "report": "cached",
    }


def test_an_operation_gets_what_it_requires(
    sweepflow: Sweepflow, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLES / "operations", tmp_path, dirs_exist_ok=True)
    wanted = ("run", "test", "--with-deps")

    first, second = sweepflow(*wanted), sweepflow(*wanted)

    assert (first.returncode, second.returncode) == (0, 0), first
    runs = _newest(sweepflow, 6)
    assert [run["status"] for run in runs] == ["cached"] * 3 + ["completed"] * 3
    assert [run["name"] for run in runs[3:]] == ["test", "train", "prepare"]
    folder = tmp_path / ".sweepflow/runs" / runs[3]["id"]
    assert json.loads((folder / "result.json").read_text("utf-8"))["accuracy"] > 0.9
    assert (folder / "weights.npy").readlink() == Path(
        "..", runs[4]["id"], "weights.npy"
    )


def test_steps_take_what_is_done_already(sweepflow: Sweepflow, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "operations", tmp_path, dirs_exist_ok=True)
    assert sweepflow("run", "test", "--with-deps").returncode == 0

    result = sweepflow("run", "end-to-end", "lr=0.05,0.1", "--needed")

    assert result.returncode == 0, result
    statuses = {run["task"]: run["status"] for run in _newest(sweepflow, 8)}
    assert statuses == {
        "end-to-end.1": "completed",
        "end-to-end.1/prepare": "cached",
        "end-to-end.1/train": "completed",
        "end-to-end.1/test": "completed",
        "end-to-end.2": "completed",
        "end-to-end.2/prepare": "cached",
        "end-to-end.2/train": "cached",
        "end-to-end.2/test": "cached",
    }


_LOAD = """
import json
from sweepflow.atom import EvalAtom
print(json.dumps(EvalAtom.get("{id}").metrics))
"""


def _newest(sweepflow: Sweepflow, count: int) -> list[dict[str, Any]]:
    return json.loads(sweepflow("runs", "list", "-n", str(count), "--json").stdout)


def _python(*args: str, folder: Path) -> str:
    return subprocess.run(
        ["python", *args],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
