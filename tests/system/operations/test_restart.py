"""Runs that go on where they ended, and runs that are not needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.system.operations.scripts import PREP

if TYPE_CHECKING:
    from tests.system.operations.conftest import Make

CODES = r"""
t: {main: step, flags: {code: 0, msg: hi, own: {default: '<${msg}>', arg-skip: yes}}}
p: {flags: {c: 1}, steps: ['t msg=\${one}', 't msg=two code=${c}', 't msg=three']}
"""


def test_a_restart_redoes_in_the_same_run_what_had_not_completed(make: Make) -> None:
    project = make(CODES)
    project.run("p", status=1)
    p, one, two = project.runs()
    assert one.params == {"code": 0, "msg": "${one}", "own": "<${msg}>"}
    project.do("run", "--restart", p.id[:8], "c=0")
    runs = {run.id: run for run in project.runs()}
    links = project.links(p)
    assert (links["t"], links["t_2"]) == (one.id, two.id)
    assert list(links) == ["t", "t_2", "t_3"]
    assert {run.status for run in runs.values()} == {"completed"}
    assert set(runs) == {p.id, *links.values()}
    assert runs[p.id].params == {"c": 0}
    assert [runs[link].attempts for link in links.values()] == [1, 2, 1]


def test_a_run_that_completed_can_be_started_again(make: Make) -> None:
    project = make(PREP)
    project.run("prep")
    [run] = project.runs()
    (project.place(run) / "of-my-own").touch()
    project.run("prep", "--restart", run.id, "n=2")
    [again] = project.runs()
    assert (again.id, again.status, again.params["n"]) == (run.id, "completed", 2)
    assert (project.place(run) / "data.txt").read_text() == "n=2"
    assert (project.place(run) / "of-my-own").exists()


def test_a_flag_without_a_value_stays_without(make: Make) -> None:
    project = make(
        "o: {main: show_arguments, flags-import: all, flags: {kind: {type: string}}}"
    )
    project.write(
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--names', nargs='*')\n"
        "parser.add_argument('--kind')\n"
        "print(parser.parse_args())\n",
        "show_arguments.py",
    )
    project.run("o")
    [run] = project.runs()
    project.do("run", "--restart", run.id)
    [again] = project.runs()
    assert again.params == run.params == {"kind": None, "names": None}
    assert project.output(again).splitlines()[-1] == "Namespace(names=None, kind=None)"
