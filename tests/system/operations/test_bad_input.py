"""What is wrong is told in one message; nothing runs then, and nothing is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.operations.project import Project
from tests.system.operations.scripts import BASE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.operations.conftest import Make

GUILD = """\
hello: {main: step, flags: {msg: hi}}
p: {steps: [hello]}
unknown: {steps: [notdefined, hello]}
flag: {steps: ['hello nope=1']}
undefined: {flags: {m: 1}, steps: ['hello msg=${nope}']}
circle: {flags: {a: '${b}', b: '${a}'}, steps: ['hello msg=${a}']}
own: {steps: [hello, own]}
one: {steps: [two]}
two: {steps: [one]}
several: {steps: [notdefined, 'hello nope=1', 'hello msg=${nope}']}
limited:
  exec: echo
  flags:
    n: {default: 1, type: int, min: 0, max: 3}
    c: {choices: [x, y], default: x}
needing: {exec: echo, flags: {r: {required: yes}}}
missing: {main: missing}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project in which nothing ever runs."""
    return Project.make(tmp_path_factory.mktemp("bad") / "project", GUILD)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nope", "no job, operation or workflow 'nope'"),
        ("m:nope", "no module 'm'"),
        ("nope.py", "no such script"),
        ("missing", "guild.yml:17:17: there is no Python module or script 'missing'"),
        ("step.py nope=1", "unknown flag 'nope'\nhint: the flags are msg, touch, code"),
        ("hello mgs=1", "unknown flag 'mgs'"),
        ("hello msg", "'msg' is no NAME=VALUE"),
        ("hello =1", "'=1' is no NAME=VALUE"),
        ("hello msg=range[1:2:0]", "msg=range[1:2:0]: its step is 0"),
        ("hello msg=geomspace[1:2]", "geomspace"),
        ("hello msg=[1,2,3] --limit 2", "3 runs are more than the limit of 2"),
        ("hello msg=[1,2] --run-id x", "--run-id is for one run, and 2 are asked for"),
        ("hello @trials.csv", "cannot read the trials of"),
        ("limited n=7", "n=7: is greater than 3"),
        ("limited n=x", "n=x: is no number"),
        ("limited n=1.5", "n=1.5"),
        ("limited c=z", "c=z: is none of x, y"),
        ("needing", "flag 'r' needs a value"),
        ("hello --gpus 0 --no-gpus", "--gpus and --no-gpus exclude each other"),
        ("hello --force --needed", "--force and --needed exclude each other"),
        ("hello --stop-after 0", "--stop-after 0 is no time to wait"),
        ("hello --stop-after nan", "--stop-after nan is no time to wait"),
        ("hello --restart zzz", "there is no 'zzz'"),
        ("--restart zzz", "no 'zzz'"),
        ("hello --run-id ../outside", "no run can have the id '../outside'"),
        ("hello --config c.yaml", "only workflows take --config"),
        ("hello -- --msg x", "'hello' is an operation, and has no command"),
    ],
)
def test_a_wrong_command_line_is_refused(
    project: Project, line: str, told: str
) -> None:
    assert told in project.refused(*line.split())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("unknown", "guild.yml:3:19: step 'notdefined': no operation is called"),
        ("flag", "guild.yml:4:16: step 'hello': unknown flag 'nope'"),
        ("undefined", "${nope} stands for nothing"),
        ("circle", "flags refer to each other in a circle: a -> b -> a"),
        ("own", "steps go in a circle: own -> own"),
        ("one", "steps go in a circle: one -> two -> one"),
        ("p msg=x", "unknown flag 'msg'"),
        ("p hello:msg=x", "unknown flag 'hello:msg'"),
    ],
)
def test_what_is_wrong_in_steps_is_found_before_any_of_them_runs(
    project: Project, line: str, told: str
) -> None:
    assert told in project.refused(*line.split())


def test_all_that_is_wrong_in_steps_is_told_at_once(project: Project) -> None:
    told = project.refused("several")
    for part in ("'notdefined'", "unknown flag 'nope'", "${nope} stands for nothing"):
        assert part in told
    assert told.count("guild.yml:10:") == 3


def test_flags_that_a_parent_does_not_have_can_be_forced_on_its_steps(
    make: Make,
) -> None:
    project = make(BASE + "p: {steps: [hello]}")
    project.run("p", "hello:msg=x", "--force-flags")
    assert project.latest("p/hello").params["msg"] == "x"


def test_steps_that_are_none_are_told_with_their_lines(make: Make) -> None:
    wrong = ("[1,2,3]", "null", "'   '", "{}", "{name: x}", "hello --nope", "hello foo")
    project = make(
        BASE + "".join(f"p{n}: {{steps: [{step}]}}\n" for n, step in enumerate(wrong))
    )
    told = project.refused("a")
    assert [f"guild.yml:{n}:" in told for n in range(5, 12)] == [True] * 7


FILES = {
    "is no YAML": ("a: [", "guild.yml:1"),
    "is a text": ("just words", "guild.yml:1"),
    "has a number for an operation": ("a: 1", "guild.yml:1:4"),
    "has no command": ("a: {flags: {x: 1}}", "guild.yml:1"),
    "has flags as a text": ("a: {main: step, flags: x}", "guild.yml:1"),
    "has a wrong type": ("a: {main: step, flags: {x: {type: itn}}}", "int"),
    "has a wrong destination": ("a: {main: step, flags-dest: glob}", "globals"),
    "requires nothing": ("a: {main: step, requires: [{select: x}]}", "operation"),
    "has a wrong pattern": (
        "a: {main: step, output-scalars: {x: '('}}",
        "guild.yml:1:17: output-scalars: '(' is no regular expression",
    ),
    "has a key twice": ("a: {main: step}\na: {exec: echo}", "guild.yml:2"),
    "extends nobody": (
        "- {model: m, extends: n, operations: {a: {main: step}}}",
        "guild.yml:1",
    ),
    "includes nothing": (
        "- {model: m, operations: {a: {main: step, flags: {$include: n}}}}",
        "guild.yml:1",
    ),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_wrong_is_refused_with_the_line(make: Make, what: str) -> None:
    text, told = FILES[what]
    project = make(text)
    assert told in project.refused("a")
    assert not project.home.root.exists()


def test_unknown_keys_are_errors_in_a_file_of_our_own(tmp_path: Path) -> None:
    text = "operations:\n  hello: {main: step, flgas: {msg: hi}}\n"
    project = Project.make(tmp_path / "project", text, name="sweepflow.yaml")
    told = project.refused("hello")
    assert "sweepflow.yaml:2" in told
    assert "did you mean 'flags'" in told


def test_an_id_that_another_run_has_is_refused(make: Make) -> None:
    project = make(BASE)
    project.run("a", "--run-id", "abc")
    [run] = project.runs()
    assert (run.id, run.status) == ("abc", "completed")
    assert "there is a run abc already" in project.refused("b", "--run-id", "abc")
