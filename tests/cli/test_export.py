"""`sweepflow runs export`: a run as a crate, or a clear word why not."""

from __future__ import annotations

import json
import os
import signal
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.cli.flows import Project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.cli.conftest import Shell

METADATA = "ro-crate-metadata.json"


@pytest.fixture
def project(shell: Shell) -> Project:
    return Project.new(shell)


def object_of(project: Project, run_id: str, output: str) -> tuple[str, Path]:
    """Give an output of a run: its atom's id, and the path of the object."""
    made: Mapping[str, str] = project.json("runs", "info", run_id)["output_atoms"]
    digest = project.json("atoms", "show", made[output])["digest"]
    root = project.shell.cwd / ".sweepflow" / "objects"
    return made[output], root / digest[:2] / digest[2:]


def test_to_a_folder_or_a_zip_file(project: Project) -> None:
    first = project.run()
    cached = project.run()
    result = project.shell.sweepflow(
        *("runs", "export", first["train"], "crate"),
        *("--license", "https://example.org/license"),
    )
    assert (result.returncode, result.stderr) == (0, "wrote crate\n")
    metadata = json.loads((project.shell.cwd / "crate" / METADATA).read_text())
    told = json.dumps(metadata)
    assert "https://example.org/license" in told
    assert first["train"] in told

    project.lines("runs", "export", cached["train"], "deep/crate.zip")
    with zipfile.ZipFile(project.shell.cwd / "deep" / "crate.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert METADATA in names
    assert any(name.endswith("/weights") for name in names)

    message = project.fails("runs", "export", first["train"], "crate")
    assert message == "error: crate exists\nhint: name a path where nothing is\n"
    message = project.fails("runs", "export", first["train"], "flow.py/crate")
    assert "cannot write flow.py/crate" in message


@pytest.mark.parametrize("how", ["missing", "altered"])
def test_no_crate_is_made_of_what_is_not_whole(project: Project, how: str) -> None:
    runs = project.run()
    atom, path = object_of(project, runs["prepare"], "data")
    if how == "altered":
        path.chmod(0o644)
        path.write_text("yy")
    else:
        path.unlink()
    message = project.fails("runs", "export", runs["train"], "crate.zip")
    assert f"atom {atom} cannot be exported" in message
    assert not [each for each in project.shell.cwd.iterdir() if "crate" in each.name]
    assert not list(project.shell.cwd.glob(".sweepflow-*"))


def test_without_the_library_it_says_what_to_install(project: Project) -> None:
    runs = project.run()
    project.shell.write("raise ImportError", "blocked/rocrate.py")
    project.shell.env["PYTHONPATH"] = os.pathsep.join(
        [str(project.shell.cwd / "blocked"), project.shell.env.get("PYTHONPATH", "")]
    )
    message = project.fails("runs", "export", runs["train"], "crate")
    assert "takes the package `rocrate`, which is not installed" in message
    assert "hint: pip install 'sweepflow[crate]'" in message
    assert not (project.shell.cwd / "crate").exists()


def test_jobs_and_failed_runs_can_be_exported(project: Project) -> None:
    job = project.run(name="hello")["hello.1"]
    project.lines("runs", "export", job, "job")
    project.shell.write("", "fail")
    failed = project.run(status=1)["train"]
    project.lines("runs", "export", failed, "failed")
    text = (project.shell.cwd / "failed" / METADATA).read_text()
    assert "FailedActionStatus" in text
    assert "told to" in text


def test_what_runs_has_no_end_to_tell_of(project: Project) -> None:
    project.shell.write("", "wait")
    driver = project.shell.start("run", "demo", start_new_session=True)
    try:
        while not (running := project.runs("--status", "running")) or (
            running[0]["task"] != "train"
        ):
            assert driver.poll() is None
        message = project.fails("runs", "export", running[0]["id"], "crate")
        assert f"run {running[0]['id']} (train) has no recorded end" in message
        assert not (project.shell.cwd / "crate").exists()
    finally:
        (project.shell.cwd / "wait").unlink()
        os.killpg(driver.pid, signal.SIGTERM)
        driver.communicate(timeout=60)


def test_what_is_unknown_is_refused(project: Project) -> None:
    assert "nothing ran in" in project.shell.bad("runs", "export", "zzz", "crate")
    assert not (project.shell.cwd / ".sweepflow").exists()
    project.run(name="hello")
    assert "no run has the id" in project.shell.bad("runs", "export", "zzz", "crate")
