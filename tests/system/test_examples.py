"""The examples do what they say."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.system.conftest import EXAMPLES, environment, runs_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.conftest import Sweepflow

TUTORIAL = {
    "job_sequential": {(w, h) for w in (100, 300) for h in (100, 200, 300)},
    "job_parallel": {(w, h) for w in (200, 400) for h in (100, 200, 300)},
    "job_submit": {(w, h) for w in (250, 350) for h in (150, 250)},
}


@pytest.mark.parametrize("job", TUTORIAL)
def test_the_tutorial_makes_its_runs(
    job: str, sweepflow: Sweepflow, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLES / "tutorial", tmp_path, dirs_exist_ok=True)

    result = sweepflow("run", job, "--jobs", "2")

    assert result.returncode == 0, result
    runs = runs_of(tmp_path, job)
    sizes = Counter(
        (int(run.data.params["width"]), int(run.data.params["height"])) for run in runs
    )
    assert sizes == dict.fromkeys(TUTORIAL[job], 1)
    assert {run.info.status for run in runs} == {"FINISHED"}
    for run in runs:
        width, height = (int(run.data.params[key]) for key in ("width", "height"))
        assert run.data.metrics["area"] == width * height


def test_the_tutorial_has_16_runs() -> None:
    assert sum(len(sizes) for sizes in TUTORIAL.values()) == 16


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
    best = subprocess.run(
        ["python", "best.py"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "of 4 runs" in best.stdout
    assert max(run.data.metrics["cv_accuracy"] for run in runs) == pytest.approx(
        float(best.stdout.splitlines()[3].split()[3]), abs=1e-4
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
