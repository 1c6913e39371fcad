"""`sweepflow report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.flows import Project, refused

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_workflow_that_ran_has_a_page(shell: Shell) -> None:
    project = Project.new(shell)
    project.run()
    result = shell.sweepflow("report", "demo", "--out", "pages/demo.html")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "wrote pages/demo.html\n"
    text = (shell.cwd / "pages/demo.html").read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "2 runs: 2 completed" in text
    assert [path.name for path in (shell.cwd / "pages").iterdir()] == ["demo.html"]


def test_a_job_that_ran_has_a_page(shell: Shell) -> None:
    shell.write("jobs: {hello: {run: 'echo ${x}', sets: [{each: x=1:3}]}}")
    assert shell.sweepflow("run", "hello").returncode == 0
    assert shell.sweepflow("report", "hello", "--out", "r.html").returncode == 0
    assert "3 runs: 3 completed" in (shell.cwd / "r.html").read_text("utf-8")


def test_what_cannot_be_reported_is_said(shell: Shell) -> None:
    shell.write("{}")
    message = refused(shell.sweepflow("report", "none", "--out", "r.html"), 2)
    assert "no run is of a job, operation or workflow 'none'" in message
    assert "a report is a page" in shell.bad("report", "none", "--out", "r.pdf")
    assert not (shell.cwd / "r.html").exists()
    assert not (shell.cwd / ".sweepflow").exists()
