"""Locks: one process at a time, whatever happens to the others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweepflow.app.locks import hold
from sweepflow.app.tracking import Store
from sweepflow.errors import StoreError

COUNT = """
import sys
from pathlib import Path
from sweepflow.app.locks import hold
for _ in range(200):
    with hold(Path("lock")):
        count = Path("count")
        count.write_text(str(int(count.read_text()) + 1))
"""
HOLD = """
import os, sys
from pathlib import Path
from sweepflow.app.locks import hold
with hold(Path("lock")):
    child = os.fork()
    if child == 0:
        os.execvp("sleep", ["sleep", "60"])
    print(child, flush=True)
    sys.stdin.read()
"""


def test_processes_take_turns_and_leave_no_file(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    command = [sys.executable, "-c", COUNT]
    processes = [subprocess.Popen(command, cwd=tmp_path) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    assert (tmp_path / "count").read_text() == "800"
    assert [path.name for path in tmp_path.iterdir()] == ["count"]


def test_a_killed_process_lets_go_though_its_child_lives_on(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.kill()
    try:
        with hold(tmp_path / "lock"):
            os.kill(child, 0)  # it lives
    finally:
        os.kill(child, 9)


def test_apps_on_one_store_meet_wherever_they_were_started(tmp_path: Path) -> None:
    near = Store.choose("sqlite:///mlflow.db", tmp_path)
    far = Store.choose(f"sqlite:///{tmp_path}/x/../mlflow.db", Path("/"))
    assert near.lock("a") == far.lock("a") != near.lock("b")
    (tmp_path / "link").symlink_to(tmp_path)
    assert Store.choose(None, tmp_path / "link").lock("a") == near.lock("a")
    assert near.lock("a").parent == tmp_path


def test_a_folder_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    server = Store.choose("http://localhost:1", tmp_path)
    folder = server.lock("a").parent
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(StoreError, match="belongs to somebody else"):
        server.lock("a")
