"""Flags of the operation itself, and names of what it requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.operations.expand import expand
from sweepflow.operations.flags.destinations import Destination
from sweepflow.project.load import load
from tests.operations.expand.conftest import one, outline, values

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.operations.flags.model import Value

    from .conftest import Ask, Refused

FILES = """
f1: {main: step, requires: [{file: d.csv}]}
f2: {main: step, requires: [{file: d.csv, flag-name: data}]}
f3: {main: step, requires: [{file: d.csv, name: data}], flags: {data: e.csv}}
f4: {main: step, requires: [{operation: prep, name: pp}, {module: numpy, name: np}]}
"""


def test_flags_of_file_and_script_have_all_their_values(ask: Ask) -> None:
    run = one(ask("s: {main: step, flags: {x: 1}, flags-import: all}", "s code=3"))
    assert run.values == {"x": 1, "msg": None, "touch": None, "code": 3}
    assert [flag.name for flag in run.flags] == list(run.values)
    assert run.destination == Destination("args")
    assert run.given == {}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("o", 1),
        ("o x=2", 2),
        ("o x=null", None),
        ("o x=0x10", 16),
        ("o x=1.5", 1.5),
        ("o x=yes", True),
        ("o x='a b'", "a b"),
        ("o x=", ""),
        ("o 'x={a: 1}'", {"a": 1}),
        ("o y=7", 7),
    ],
)
def test_a_value_is_what_the_user_means(ask: Ask, line: str, value: Value) -> None:
    assert one(
        ask("o: {main: step, flags: {x: {default: 1, alias: y}}}", line)
    ).values == {"x": value}


def test_references_in_own_values_stay(ask: Ask) -> None:
    run = one(ask("o: {main: step, flags: {msg: '<${touch}>', touch: x}}", "o"))
    assert run.values == {"msg": "<${touch}>", "touch": "x"}


def test_a_date_of_yaml_is_its_text(ask: Ask) -> None:
    run = one(ask("o: {main: step, flags: {d: 2024-01-02, l: {default: x}}}", "o"))
    assert run.values == {"d": "2024-01-02", "l": "x"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("p msg=x", "unknown flag 'msg'"),
        ("p hello:msg=x", "unknown flag 'hello:msg'"),
        ("hello mgs=x", "did you mean 'msg'?"),
        ("hello nope", "'nope' is no NAME=VALUE"),
        ("hello msg=range[]", "msg="),
        ("hello msg=[0:1]", "range to search in"),
        ("hello msg=uniform[0:1]", "nothing is searched here"),
        ("s", "msg=normal[0:1]: there are no normal distributions"),
        ("f1 d.csv=e.csv", "unknown flag 'd.csv'"),
        ("f1 file:d.csv=e.csv", "unknown flag 'file:d.csv'"),
        ("f4 prep=1", "unknown flag 'prep'"),
        ("f4 operation:prep=1", "unknown flag 'operation:prep'"),
        ("f4 np=1", "unknown flag 'np'"),
        (
            "train prep=1 operation:prep=2",
            "'operation:prep' and 'prep' are for the same",
        ),
    ],
)
def test_what_is_refused(refused: Refused, line: str, told: str) -> None:
    text = "p: {steps: [hello]}\ns: {main: step, flags: {msg: 'normal[0:1]'}}\n"
    assert told in refused(text + FILES, line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("p hello:msg=x", {"hello:msg": "x"}),
        ("p msg=x", {"msg": "x"}),
        ("r n=-1 c=z k=x", {"n": -1, "c": "z", "k": "x", "need": None}),
        ("r n=7 d=1", {"n": 7, "c": 1, "k": 1, "need": None, "d": 1}),
    ],
)
def test_flags_can_be_forced(ask: Ask, line: str, expected: dict[str, Value]) -> None:
    text = """
    p: {steps: [hello]}
    r:
      main: step
      flags:
        n: {default: 1, min: 0, type: int}
        c: {default: 1, choices: [1, 2]}
        k: {default: 1, type: int}
        need: {required: yes}
    """
    run = one(ask(text, line, force_flags=True))
    assert run.values == expected
    assert [flag.name for flag in run.flags] == list(expected)


def test_a_forced_path_need_not_be_there(ask: Ask, folder: Path) -> None:
    text = "o: {main: step, flags: {f: {type: existing-path}}}"
    assert one(ask(text, "o f=no", force_flags=True)).values == {"f": f"{folder}/no"}


def test_a_forced_flag_is_for_a_step(ask: Ask) -> None:
    asked = ask("p: {steps: [hello]}", "p hello:msg=x", force_flags=True)
    assert outline(one(asked)) == [("hello", ({"msg": "x"},))]
    forced = "p: {steps: [{run: 'hello zz=1', force-flags: yes}, 'hello -f zz=2']}"
    assert outline(one(ask(forced, "p"))) == [
        ("hello", ({"msg": "hi", "zz": 1},)),
        ("hello_2", ({"msg": "hi", "zz": 2},)),
    ]


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("train", {}),
        ("train prep=18ff8185", {"prep": "18ff8185"}),
        ("train prep=1e345678", {"prep": "1e345678"}),
        ("train prep=01234567", {"prep": "01234567"}),
        ("train operation:prep=abc", {"operation:prep": "abc"}),
        ("train prep=", {}),
        ("f2 data=e.csv", {"data": "e.csv"}),
        ("f3", {"data": "e.csv"}),
        ("f3 data=12", {"data": "12"}),
        ("f4 pp=abc", {"pp": "abc"}),
    ],
)
def test_what_is_required_can_be_named(
    ask: Ask, line: str, given: dict[str, str]
) -> None:
    run = one(ask(FILES, line))
    assert run.given == given
    assert "prep" not in run.values
    assert [flag.name for flag in run.flags] == list(run.values)


def test_a_flag_may_name_what_is_required(ask: Ask) -> None:
    text = "o: {main: step, requires: [{file: d, flag-name: n}], flags: {n: 1}}"
    run = one(ask(text, "o n=5"))
    assert (run.values, run.given) == ({"n": 5}, {"n": "5"})


def test_several_runs_that_are_required_are_a_batch(ask: Ask) -> None:
    asked = ask("", "train prep=[1e3,b]")
    assert asked.is_batch
    assert [trial.given for trial in asked.trials] == [{"prep": "1e3"}, {"prep": "b"}]


@pytest.mark.parametrize(
    ("flags", "step", "given"),
    [
        ("{}", "train prep=0123", {"prep": "0123"}),
        (
            "{}",
            "{run: train, flags: {'operation:prep': abc}}",
            {"operation:prep": "abc"},
        ),
        ("{id: {default: abc}}", "train prep=${id}", {"prep": "abc"}),
        ("{id: null}", "train prep=${id}", {}),
        ("{'train:prep': abc}", "train", {"prep": "abc"}),
        ("{'train:operation:prep': abc}", "train", {"operation:prep": "abc"}),
    ],
)
def test_a_step_can_name_what_it_requires(
    ask: Ask, flags: str, step: str, given: dict[str, str]
) -> None:
    run = one(ask(f"p:\n  flags: {flags}\n  steps:\n    - {step}", "p"))
    assert run.steps[0].trials[0].given == given


def test_paths_are_relative_to_the_user_and_in_steps_to_the_project(
    ask: Ask, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = tmp_path_factory.mktemp("here")
    text = "o: {main: step, flags: {f: {type: path}}}\np: {steps: ['o f=x']}"
    assert one(ask(text, "o f=x", folder=here)).values == {"f": str(here / "x")}
    assert outline(one(ask(text, "p", folder=here))) == [
        ("o", ({"f": str(folder / "x")},))
    ]


def test_sweep_expressions(ask: Ask, folder: Path) -> None:
    assert values(ask("", "hello msg=1:3")) == [{"msg": 1}, {"msg": 2}, {"msg": 3}]
    (folder / "sweepflow.yaml").write_text("""
operations:
  hello: {main: step, flags: {msg: hi}}
  p: {flags: {lo: 1}, steps: ['hello msg=1:2', 'hello msg=log(${lo}:100:3)']}
""")
    operations = load(folder / "sweepflow.yaml").operations
    run = one(expand(operations, operations.operation("p"), [], folder=folder))
    assert outline(run) == [
        ("hello*", ({"msg": 1},), ({"msg": 2},)),
        ("hello_2*", ({"msg": 1},), ({"msg": 10},), ({"msg": 100},)),
    ]


def test_what_could_not_be_found_out_is_noted(ask: Ask, folder: Path) -> None:
    script = "import argparse\n1 / 0\nf().parse_args()"
    (folder / "odd.py").write_text(script)
    text = "o: {main: odd, flags: {x: 1}}\np: {steps: [o, o]}"
    for line in ("o", "p"):
        (note,) = ask(text, line).notes
        assert note.startswith("o: ")
        assert "division by zero" in note


def test_what_has_no_effect_is_noted(ask: Ask) -> None:
    note = "max-trials has no effect: no flag has several values"
    assert ask("", "hello", max_trials=3).notes == (note,)
    text = "p: {steps: [{run: hello, max-trials: 3}, "
    text += "{run: 'hello msg=[1]', max-trials: 3}]}"
    assert ask(text, "p").notes == (f"step 'hello': {note}",)


def test_an_operation_by_its_path(folder: Path) -> None:
    from sweepflow.project.operations.find import find_operation

    found: Any = find_operation(None, "step.py", folder)
    operations, operation = found
    asked = expand(operations, operation, ["code=[1,2]"], folder=folder)
    assert [trial.values["code"] for trial in asked.trials] == [1, 2]
