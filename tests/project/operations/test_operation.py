"""The other keys of an operation, and how unknown ones are told."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import ProjectError
from sweepflow.project.operations.models import Objective, Optimizer
from sweepflow.project.operations.read import operation_of_script
from sweepflow.project.operations.sourcecode import Rule

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Problems, Read

ALL = Rule(exclude=("*",))


def test_single_values_may_stand_for_lists(guild: Read) -> None:
    found = guild("""\
        t:
          compare: loss
          tags: a
          python-path: src
          flags-import-skip: x
          output-scalars: 'loss: (\\S+)'
        """).all["t"]
    assert (found.compare, found.tags) == (("loss",), ("a",))
    assert (found.python_path, found.flags_import_skip) == (("src",), ("x",))
    assert found.output_scalars == ("loss: (\\S+)",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", None),
        ("no", ()),
        ("[]", ()),
        ("{loss: 'l=(.)', step: s}", ({"loss": "l=(.)", "step": "s"},)),
        ("[{loss: a}, b]", ({"loss": "a"}, "b")),
    ],
)
def test_output_scalars(guild: Read, written: str, expected: object) -> None:
    found = guild(f"t: {{output-scalars: {written}}}").all["t"]
    assert found.output_scalars == expected


def test_variables_are_what_a_process_gets(guild: Read) -> None:
    env = guild("t: {env: {A: 1, B: yes, C: no, D: 1.0, E: null, F: a}}").all["t"]
    assert env.env == {"A": "1", "B": "1", "C": "", "D": "1.0", "E": "", "F": "a"}


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("'*.py'", [ALL, Rule(include=("*.py",))]),
        ("[a, b]", [ALL, Rule(include=("a",)), Rule(include=("b",))]),
        ("[a, {exclude: b}]", [Rule(include=("a",)), Rule(exclude=("b",))]),
        ("[{include: {text: [a]}}]", [Rule(include=("a",), only="text")]),
        ("{select: a, root: src}", [ALL, Rule(include=("a",))]),
    ],
)
def test_source_code_is_selected(guild: Read, written: str, rules: list[Rule]) -> None:
    found = guild(f"t: {{sourcecode: {written}}}").all["t"].sourcecode
    assert list(found.select) == rules
    assert not found.off


def test_source_code_of_a_model_comes_before_that_of_its_operations(
    guild: Read,
) -> None:
    found = guild("""\
        - model: m
          sourcecode: {root: src, select: [{exclude: data}]}
          operations:
            a: {sourcecode: [{include: data/keep}]}
            b: {sourcecode: no}
            c: x
        """).all
    assert list(found["m:a"].sourcecode.select) == [
        Rule(exclude=("data",)),
        Rule(include=("data/keep",)),
    ]
    assert found["m:a"].sourcecode.root == "src"
    assert found["m:b"].sourcecode.off
    assert found["m:c"].sourcecode.select == (Rule(exclude=("data",)),)


def test_operations_may_have_source_code_where_their_model_has_none(
    guild: Read,
) -> None:
    found = guild("""\
        - model: m
          sourcecode: no
          operations: {a: {sourcecode: [{include: a}]}, b: x}
        """).all
    assert not found["m:a"].sourcecode.off
    assert found["m:b"].sourcecode.off


def test_searches(guild: Read) -> None:
    found = guild("""\
        a: {optimizer: {algorithm: gp, kappa: 2}, objective: -acc}
        b: {optimizers: [gp, forest], objective: {minimize: loss}}
        c: {optimizers: {quick: {algorithm: random, default: yes}, gp: {xi: 1}}}
        """).all
    assert found["a"].optimizers == {
        "gp": Optimizer(algorithm="gp", flags={"kappa": 2})
    }
    assert found["a"].objective == Objective(maximize="acc")
    assert [one.algorithm for one in found["b"].optimizers.values()] == ["gp", "forest"]
    assert found["b"].objective == Objective(minimize="loss")
    assert found["c"].optimizers["quick"] == Optimizer(algorithm="random", default=True)
    assert found["c"].optimizers["gp"].flags == {"xi": 1}


def test_of_two_commands_one_is_used(guild: Read) -> None:
    found = guild("""\
        a: {main: m, exec: e}
        b: {steps: [a], main: m}
        """)
    assert found.all["a"].exec == "e"
    assert found.all["a"].main == ""
    assert found.all["b"].steps == ()
    assert [notice.place.line for notice in found.warnings] == [1, 2]


def test_unknown_keys_are_odd_but_known_ones_of_guild_are_not(guild: Read) -> None:
    found = guild("""\
        - model: m
          extra: {a: 1}
          oprations: {}
          operations:
            t:
              plugins: all
              pip-freeze: no
              mian: x
              notebook: n.ipynb
              flags: {x: {defualt: 3, choices: [{value: 1, foo: 2}]}}
              requires: [{file: x, slect: y}]
              steps: [{run: t, isolate-run: no}]
        """)
    assert [f"{one.place.line}:{one.message}" for one in found.warnings] == [
        "3:oprations has no effect: it is no known key; did you mean 'operations'?",
        "8:operations.t.mian has no effect: it is no known key; did you mean 'main'?",
        "9:operations.t.notebook has no effect: notebooks are not run: write a script",
        (
            "10:operations.t.flags.x.defualt has no effect: it is no known key; did "
            "you mean 'default'?"
        ),
        ("10:operations.t.flags.x.choices[0].foo has no effect: it is no known key"),
        (
            "11:operations.t.requires[0].slect has no effect: it is no known key; did "
            "you mean 'select'?"
        ),
        (
            "12:operations.t.steps[0].isolate-run has no effect: it is no known key; "
            "did you mean 'isolate-runs'?"
        ),
    ]
    assert str(found.warnings[0].place) == f"{found.file}:3:3"


def test_an_unknown_key_is_told_beside_what_it_may_have_meant(
    problems: Problems,
) -> None:
    assert problems("t: {flags: {x: {choices: [{valeu: 1}]}}}") == [
        "1:27: t.flags.x.choices[0].value is missing: write value: small",
        (
            "1:28: t.flags.x.choices[0].valeu has no effect: it is no known key; did "
            "you mean 'value'?"
        ),
    ]


def test_an_unknown_key_in_what_several_aliases_stand_for(guild: Read) -> None:
    found = guild("""\
        a: {flags: {x: {choices: [&c {value: 1, foo: 2}, *c]}, y: {choices: [*c]}}}
        b: {requires: [&r {file: x, foo: 1}, *r]}
        c: {requires: [*r]}
        """)
    assert {notice.place.line for notice in found.warnings} == {1, 2}
    assert len(found.all["a"].flags["x"].choices) == 2
    assert found.all["b"].requires[0] == found.all["c"].requires[0]


def test_all_problems_are_told_at_once(problems: Problems) -> None:
    assert [one.split(": ")[0] for one in problems("""\
        a:
          main: 3
          flags: {x: {min: a}, y: {required: 1}}
          requires: [3, {file: x, url: y}]
          env: 3
        b: [x]
        c: {steps: [a --nope], delete-on-success: maybe, compare: [1], label: 2}
        """)] == ["2:9", "3:20", "3:38", "4:14", "4:32", "5:8", "6:1", *(
        ["7:13", "7:43", "7:60", "7:71"]
    )]  # fmt: skip


def test_a_script_is_an_operation_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "my run.py").touch()
    found = operation_of_script(PurePath("in/my run.py"), tmp_path)
    assert (found.name, found.full_name) == ("in/my run.py", "in/my run.py")
    assert found.main == "'in/my run'"
    assert found.flags_import == "all"
    for path, message in (("no.py", "no such script"), ("x.sh", "no Python script")):
        with pytest.raises(ProjectError, match=message):
            operation_of_script(PurePath(path), tmp_path)


def test_the_dots_of_a_script_are_no_packages(tmp_path: Path) -> None:
    (tmp_path / "train.v2.py").touch()
    assert operation_of_script(PurePath("train.v2.py"), tmp_path).main == "train.v2.py"
