"""A disk that is full in the midst of it all: one clear word, and nothing by halves."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.system.conftest import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1 << 20

FLOW = """
import os, sys
from pathlib import Path

from sweepflow.workflow import AtomConstructor, Step, Workflow, run_workflow
from sweepflow.errors import SweepflowError

def small(config, inputs, workspace):
    with open(os.environ["RAN"], "a") as file:
        file.write("small\\n")
    (workspace / "small").write_text("small")
    return [AtomConstructor("small", "small", "text")]

def large(config, inputs, workspace):
    with open(os.environ["RAN"], "a") as file:
        file.write("large\\n")
    (workspace / "large").mkdir()
    for n in range(6):
        (workspace / "large" / str(n)).write_bytes(bytes([n]) * (1 << 20))
    return [AtomConstructor("large", "large", "bytes")]

def after(config, inputs, workspace):
    names = sorted(path.name for path in inputs["large"].path.iterdir())
    (workspace / "after").write_text(" ".join(names))
    return [AtomConstructor("after", "after", "text")]

if __name__ == "__main__":
    steps = [Step("small", small), Step("large", large, {"small": "text"}),
             Step("after", after, {"large": "bytes"})]
    try:
        state = run_workflow(Workflow("disk", {}, steps), executor=sys.argv[1])
    except SweepflowError as error:
        sys.exit(f"error: {error}")
    print(sorted(state.outputs.items()))
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 16 MiB, or skip where nothing can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def run(folder: Path, home: Path, place: str) -> subprocess.CompletedProcess[str]:
    (folder / "flow.py").write_text(FLOW)
    more = {"SWEEPFLOW_HOME": str(home), "RAN": str(folder / "ran")}
    return subprocess.run(
        [sys.executable, "flow.py", place],
        cwd=folder,
        env=environment() | more,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("place", ["local", "in-process"])
@pytest.mark.parametrize("room", [11 * MIB, 7 * MIB, 3 * MIB, 700_000, 300_000, 60_000])
def test_a_full_disk(tmp_path: Path, disk: Path, place: str, room: int) -> None:
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 16 * MIB - room)

    full = run(tmp_path, disk / "home", place)

    assert full.returncode == 1, full
    assert full.stdout == ""
    assert "No space left" in full.stderr or "full" in full.stderr, full.stderr
    assert "sweepflow/engine" not in full.stderr
    filler.unlink()
    with Store(Home(disk / "home")) as store:
        assert not list(store.objects.verify_all())
        known = {run.task for run in store.ledger.runs(status="completed")}
    (tmp_path / "ran").unlink(missing_ok=True)

    result = run(tmp_path, disk / "home", place)

    assert result.returncode == 0, result
    assert "small" in result.stdout
    again = (tmp_path / "ran").read_text().split()
    assert known.isdisjoint(again)
    assert len(set(again)) == len(again)
    with Store(Home(disk / "home")) as store:
        assert not list(store.objects.verify_all())
        assert not store.ledger.runs(status="running")
