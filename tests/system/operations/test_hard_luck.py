"""Commands that flood, print what is no text or leave children; disks that are full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.engine.processes import is_gone
from tests.system.operations.scripts import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.system.operations.conftest import Make

MIB = 1 << 20

FLOOD = """\
import sys
for _ in range(100):
    sys.stdout.buffer.write((b"x" * 63 + b"\\n") * (1 << 14))
print("loss: 0.5")
"""


# From a small process, since what is forked counts as large as who forked it.
MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_a_flood_of_output_is_kept_and_passed_on_in_little_memory(make: Make) -> None:
    project = make("flood: {main: flood}")
    project.write(FLOOD, "flood.py")
    with (project.folder / "seen").open("wb") as seen:
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, *project.command("run", "flood")],
            cwd=project.folder,
            stdout=seen,
            stderr=subprocess.PIPE,
            check=True,
        )
    assert int(done.stderr.split()[-1]) < 300 << 10  # KiB
    [run] = project.runs()
    assert project.scalars(run)["loss"].last == 0.5
    log = project.home.attempt(run.id) / "output.log"
    assert log.stat().st_size == 100 * MIB + len("loss: 0.5\n")
    assert (project.folder / "seen").stat().st_size > 100 * MIB


def test_output_that_is_no_text_is_kept_as_it_is(make: Make) -> None:
    project = make("binary: {main: binary}")
    project.write(
        "import sys\n"
        "every = bytes(range(256)) * 1000\n"
        "sys.stdout.buffer.write(every + b'\\xff\\nloss: 0.25\\n\\x00')\n",
        "binary.py",
    )
    project.run("binary")
    [run] = project.runs()
    log = project.home.attempt(run.id) / "output.log"
    data = bytes(range(256)) * 1000 + b"\xff\nloss: 0.25\n\x00"
    assert log.read_bytes() == data
    assert project.scalars(run)["loss"].last == 0.25
    logs = subprocess.run(
        project.command("runs", "logs", run.id),
        cwd=project.folder,
        stdout=subprocess.PIPE,
        check=True,
    )
    assert logs.stdout == data


def test_a_run_ends_with_its_command_whatever_that_leaves_behind(make: Make) -> None:
    project = make(
        "left: {exec: \"sh -c 'sleep 120 & echo $! > $PROJECT_DIR/left'\"}\n"
        "apart: {exec: \"sh -c 'setsid sleep 120 & echo $! > $PROJECT_DIR/apart'\"}\n"
        "p: {steps: [left, apart]}"
    )
    try:
        project.run("p")
        p, *steps = project.runs()
        assert [run.status for run in (p, *steps)] == ["completed"] * 3
        assert (p.seconds or 0) < 60
    finally:
        for name in ("left", "apart"):
            pid = int((project.folder / name).read_text())
            os.kill(pid, signal.SIGKILL)
            assert is_gone(pid)


@pytest.mark.parametrize("name", ["a", "p"])
def test_a_folder_of_runs_that_cannot_be_made_is_told(make: Make, name: str) -> None:
    project = make(BASE + "p: {steps: [a, b]}")
    project.home.root.mkdir()
    runs = project.home.root / "runs"
    runs.touch()  # as root one can write everywhere, but not below a file
    done = project.run(name, status=1)
    assert f"cannot write {runs}" in done.stderr
    assert project.statuses() == [(name, "failed")]
    runs.unlink()
    project.do("run", "--restart", project.ids()[0])
    assert {run.status for run in project.runs()} == {"completed"}


def test_a_folder_of_one_run_that_cannot_be_made_is_told(make: Make) -> None:
    project = make(BASE)
    (project.home.root / "runs").mkdir(parents=True)
    place = project.home.run("taken")
    place.touch()
    done = project.run("a", "--run-id", "taken", status=1)
    assert f"cannot write {place}" in done.stderr
    assert project.statuses() == [("a", "failed")]


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


@pytest.mark.parametrize("room", [9 * MIB, 5 * MIB, 700_000, 300_000])
def test_a_full_disk_is_told_and_with_room_the_run_goes_on(
    make: Make, disk: Path, room: int
) -> None:
    project = make(
        BASE + "large: {exec: 'head -c 6000000 /dev/zero'}\n"
        "made: {exec: \"sh -c 'head -c 2000000 /dev/urandom > made.bin'\"}\n"
        "p: {steps: [a, made, large, b]}"
    )
    home = {"SWEEPFLOW_HOME": str(disk / "home")}
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 16 * MIB - room)
    full = project.run("p", "--run-id", "full", status=1, env=home)
    assert "No space left" in full.stderr or "full" in full.stderr, full.stderr
    filler.unlink()
    known = "full" in project.do("runs", "list", env=home).stdout
    again = ["--restart", "full"] if known else ["p"]
    project.do("run", *again, env=home)
    project.do("atoms", "verify", env=home)
