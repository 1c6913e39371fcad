r"""Steps: their names, the values they get, the steps in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.operations.expand.conftest import one, outline, values

if TYPE_CHECKING:
    from sweepflow.operations.flags.model import Value

    from .conftest import Ask


def test_steps_are_operations_in_their_order(ask: Ask) -> None:
    run = one(ask("p: {steps: [a, b]}", "p"))
    assert outline(run) == [("a", ({},)), ("b", ({},))]
    assert run.steps[0].trials[0].operation.main == "step --msg A --touch a.txt"


@pytest.mark.parametrize(
    ("steps", "names"),
    [
        ("[{run: a, name: s1}, {run: b, name: s2}]", ["s1", "s2"]),
        ("[a, a, a]", ["a", "a_2", "a_3"]),
        ("[a, {run: b, name: a_2}, a]", ["a", "a_2", "a_3"]),
        ("[a, a, {run: b, name: a_2}]", ["a", "a_2", "a_2_2"]),
        ("[{run: a, name: 'x y/z:1'}, ':a']", ["x-y-z-1", "-a"]),
        ("['a --needed', 'a --needed', b]", ["a", "a_2", "b"]),
    ],
)
def test_each_step_has_a_name_of_its_own(
    ask: Ask, steps: str, names: list[str]
) -> None:
    run = one(ask(f"p: {{steps: {steps}}}", "p"))
    assert [step.name for step in run.steps] == names


@pytest.mark.parametrize(("line", "m"), [("p", "yo"), ("p m=bye", "bye")])
def test_references_stand_for_the_flags_of_the_parent(
    ask: Ask, line: str, m: str
) -> None:
    text = (
        """p: {flags: {m: yo}, steps: ['hello msg=${m}', "hello msg='${m} again'"]}"""
    )
    run = one(ask(text, line))
    assert run.values == {"m": m}
    assert outline(run) == [
        ("hello", ({"msg": m},)),
        ("hello_2", ({"msg": f"{m} again"},)),
    ]


def message(ask: Ask, step: str, flags: str = "{m: yo}", line: str = "p") -> Value:
    """The message of `hello` in a step of an operation with flags."""
    run = one(ask(f"p:\n  flags: {flags}\n  steps:\n    - {step}", line))
    (trial,) = run.steps[0].trials
    return trial.values["msg"]


PARENT = "{n: 1, f: 2.5, b: yes, s: 'a b', z: '1e3', o: null, a: '<${n}>', c: '${a}'}"


@pytest.mark.parametrize(
    ("step", "value"),
    [
        ("{run: hello, flags: {msg: '${m}!'}}", "yo!"),
        ("{run: hello msg=fromrun, flags: {msg: fromdict}}", "fromdict"),
        ("{run: hello msg=fromrun, flags: {msg: null}}", "hi"),
        ("{run: hello, flags: ['msg=x=${m}']}", "x=yo"),
        ('hello msg="a b"', "a b"),
        (r"hello msg=\${lit}", "${lit}"),
        (r"'hello msg=''\${lit} ${m}'''", "${lit} yo"),
        (r"{run: hello, flags: {msg: '\${lit}'}}", "${lit}"),
        ("{run: hello, flags: {msg: 'x=1 y'}}", "x=1 y"),
        ("{run: hello, flags: {msg: 2024-01-02}}", "2024-01-02"),
        ("hello msg=null", "hi"),
        ("hello msg=", ""),
        ("{run: hello, flags: {msg: '1:3'}}", "1:3"),
        ("hello msg=1:3", "1:3"),
        ("hello msg=64,32", "64,32"),
    ],
)
def test_what_a_step_gives_for_a_flag(ask: Ask, step: str, value: str) -> None:
    assert message(ask, step) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${n}", 1),
        ("${f}", 2.5),
        ("${b}", True),
        ("${s}", "a b"),
        ("${z}", "1e3"),
        ("x${n}", "x1"),
        ("${n}0", "10"),
        ("${o}", "hi"),
        ("${o}x", "nullx"),
        ("${a}", "<1>"),
        ("${c}", "<1>"),
        ("${n}:${f}", "1:2.5"),
    ],
)
@pytest.mark.parametrize(
    "step", ["hello msg={}", "{{run: hello, flags: {{msg: '{}'}}}}"]
)
def test_a_whole_reference_keeps_its_type(
    ask: Ask, step: str, written: str, value: Value
) -> None:
    got = message(ask, step.format(written), PARENT)
    assert got == value
    assert type(got) is type(value)


def test_references_lead_on_in_what_the_user_gives(ask: Ask) -> None:
    assert message(ask, "hello msg=${a}", "{a: '<${b}>', b: 5}") == "<5>"
    assert message(ask, "hello msg=${a}", "{a: 1, b: 5}", "p 'a=[${b}]'") == "[5]"


@pytest.mark.parametrize(
    ("flags", "line", "value"),
    [
        ("{'hello:msg': predefined}", "p", "predefined"),
        ("{'hello:msg': predefined}", "p hello:msg=user", "user"),
        ("{'hello:msg': '<${m}>', m: 1}", "p", "<1>"),
        ("{'hello:msg': null}", "p", "hi"),
        ("{'hello:m': alias}", "p", "alias"),
        ("{'hello:': nothing}", "p", "own"),
    ],
)
def test_a_flag_of_the_parent_can_be_for_a_step(
    ask: Ask, flags: str, line: str, value: Value
) -> None:
    text = f"""
        hello: {{main: step, flags: {{msg: {{default: hi, alias: m}}}}}}
        p: {{flags: {flags}, steps: ['hello msg=own']}}
    """
    run = one(ask(f"- model: ''\n  operations:{text}", line))
    assert run.steps[0].trials[0].values["msg"] == value


def test_the_name_of_an_operation_goes_before_that_of_a_step(ask: Ask) -> None:
    model = """\
        - model: m
          operations:
            t: {main: step, flags: {msg: 0, x: 0}}
            p: {flags: {'t:msg': byname, 'm:t:msg': byspec}, steps: [t]}
            q: {flags: {'s:msg': byname, 'm:t:msg': byspec, 's:x': 1},
                steps: [{run: t, name: s}, {run: t, name: r}]}
    """
    assert outline(one(ask(model, "p"))) == [("t", ({"msg": "byspec", "x": 0},))]
    assert outline(one(ask(model, "q"))) == [
        ("s", ({"msg": "byspec", "x": 1},)),
        ("r", ({"msg": "byspec", "x": 0},)),
    ]
    unnamed = (
        "p: {flags: {'hello:msg': byspec, 's:msg': x}, steps: [{run: hello, name: s}]}"
    )
    assert outline(one(ask(unnamed, "p"))) == [("s", ({"msg": "byspec"},))]


def test_several_values_are_a_batch_in_a_step(ask: Ask) -> None:
    run = one(ask("p: {steps: ['hello msg=[x,y]', b]}", "p"))
    assert outline(run) == [("hello*", ({"msg": "x"},), ({"msg": "y"},)), ("b", ({},))]


@pytest.mark.parametrize(
    ("step", "xs"),
    [
        ("t x=[7]", [7]),
        ("t x=[]", []),
        ("t x=range[${lo}:3]", [1, 2, 3]),
        ("t x=[1,2]", [1, 2]),
        ("{run: t, flags: {x: [1, '${lo}']}}", [1, 1]),
        ("{run: t, flags: {x: 'range[${lo}:2]'}}", [1, 2]),
        ("t x=${several}", [4, 5]),
    ],
)
def test_what_makes_a_batch(ask: Ask, step: str, xs: list[Value]) -> None:
    flags = "{lo: 1, several: [[4, 5]]}"
    (run,) = ask(f"p:\n  flags: {flags}\n  steps:\n    - {step}", "p").trials
    assert run.steps[0].is_batch
    assert run.steps[0].operation.name == "t"
    assert [trial.values["x"] for trial in run.steps[0].trials] == xs


def test_a_text_that_is_passed_on_stays_a_text(ask: Ask) -> None:
    flags = "{text: {default: 'range[1:3]', type: string}}"
    for step in ("hello msg=${text}", "{run: hello, flags: {msg: '${text}'}}"):
        assert message(ask, step, flags) == "range[1:3]"


def test_steps_have_steps(ask: Ask) -> None:
    text = """
    q: {flags: {m: q0}, steps: ['hello msg=${m}']}
    p: {flags: {m: p0}, steps: [a, 'q m=${m}']}
    """
    assert outline(one(ask(text, "p"))) == [
        ("a", ({},)),
        ("q", ({"m": "p0"}, ("hello", ({"msg": "p0"},)))),
    ]
    assert outline(one(ask(text, "q"))) == [("hello", ({"msg": "q0"},))]


def test_each_trial_of_a_parent_has_its_own_steps(ask: Ask) -> None:
    asked = ask("p: {flags: {m: 0}, steps: ['hello msg=${m}']}", "p m=[1,2]")
    assert asked.is_batch
    assert values(asked) == [{"m": 1}, {"m": 2}]
    assert [outline(trial) for trial in asked.trials] == [
        [("hello", ({"msg": 1},))],
        [("hello", ({"msg": 2},))],
    ]


def test_a_step_is_looked_for_in_its_own_model_first(ask: Ask) -> None:
    models = """\
        - model: m
          operations:
            t: {main: step, flags: {of: m}}
            p: {steps: [t, 'n:t', u]}
        - model: n
          operations:
            t: {main: step, flags: {of: n}}
            u: {main: step}
    """
    assert outline(one(ask(models, "m:p"))) == [
        ("t", ({"of": "m"},)),
        ("n-t", ({"of": "n"},)),
        ("u", ({},)),
    ]


@pytest.mark.parametrize(
    ("written", "fails"), [("", None), (", fail-on-trial-error: yes", True)]
)
def test_what_a_failed_trial_means(ask: Ask, written: str, fails: bool | None) -> None:
    def said(step: str) -> bool | None:
        (planned,) = one(ask(f"p: {{steps: [{step}]}}", "p")).steps
        return planned.entry.fail_on_trial_error

    assert said(f"{{run: 't code=[1,0]'{written}}}") is fails
    assert said("{run: t, fail-on-trial-error: no}") is False
    assert said("t --fail-on-trial-error") is True


def test_what_a_step_says_besides_can_have_references(ask: Ask) -> None:
    text = """
    p:
      flags: {g: 0, m: x}
      steps:
        - {run: a, gpus: '${g},1', batch-label: 'b ${m}', batch-tags: ['${m}', y]}
    """
    (step,) = one(ask(text, "p")).steps
    entry = step.entry
    assert (entry.gpus, entry.batch_label) == ("0,1", "b x")
    assert entry.batch_tags == ("x", "y")


def test_options_of_a_run_have_no_effect_in_a_step(ask: Ask) -> None:
    assert outline(one(ask("p: {steps: ['a --run-dir DIR --stage']}", "p"))) == [
        ("a", ({},))
    ]
