"""What is wrong is told before anything runs: all of it, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import PlanError, ProjectError

if TYPE_CHECKING:
    from .conftest import Ask, Refused


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("[notdefined]", "step 'notdefined': no operation is called 'notdefined'"),
        ("[helo]", "did you mean 'hello'?"),
        ("[a, m:a]", "step 'm-a': no operation is called 'm:a'"),
        ("['hello mgs=1']", "step 'hello': unknown flag 'mgs': did you mean 'msg'?"),
        ("[{run: hello, flags: {mgs: 1}}]", "unknown flag 'mgs'"),
        ("['hello msg=${mm}']", "step 'hello': msg=${mm}: ${mm} stands for nothing"),
        ("['hello msg=${msg}']", "${msg} stands for nothing"),
        ("['hello msg=${x}']", "flags refer to each other in a circle: x -> y -> x"),
        ("['hello msg=range[]']", "step 'hello': msg="),
        ("['hello msg=range[${m}:z]']", "its arguments are to be numbers"),
        ("['typed n=x']", "step 'typed': n=x: is no number"),
        ("['typed n=[1,9]']", "n=9: is greater than 5"),
        ("['typed n=${m}0']", "n='10': is no number"),
        ("[{run: hello, label: '${mm}'}]", "'${mm}': ${mm} stands for nothing"),
        ("[{run: hello, tags: ['${mm}']}]", "${mm} stands for nothing"),
        ("[{run: hello, gpus: '${mm}'}]", "${mm} stands for nothing"),
        ("['hello --optimizer gp']", "optimizer asks for a search"),
        ("[{run: hello, optimize: yes}]", "optimize asks for a search"),
        ("[{run: hello, minimize: loss}]", "which a step cannot be"),
        ("[{run: hello, maximize: acc}]", "which a step cannot be"),
        ("['hello -Fo x=1']", "opt-flags asks for a search"),
        ("['hello msg=[0:1]']", "is a range to search in"),
        ("[{run: hello, flags: {msg: 'uniform[0:1]'}}]", "is a range to search in"),
        ("[searched]", "step 'searched': n=[1:3] is a range to search in"),
        ("['hello @no.csv']", "cannot read the trials of"),
        ("[{run: a, name: ..}]", "no folder can have"),
        ("[missing]", "there is no Python module or script 'nosuch'"),
        ("[labelled]", "'${what}': ${what} stands for nothing"),
        ("['train prep=1 operation:prep=2']", "are for the same requirement"),
    ],
)
def test_what_a_step_may_not_be(refused: Refused, steps: str, told: str) -> None:
    text = """
    typed: {{main: step, flags: {{n: {{type: int, default: 1, max: 5}}}}}}
    searched: {{main: step, flags: {{n: '[1:3]'}}}}
    missing: {{main: nosuch}}
    labelled: {{main: step, label: '${{what}}'}}
    p: {{flags: {{m: 1, x: '${{y}}', y: '${{x}}'}}, steps: {}}}
    """
    message = refused(text.format(steps), "p")
    assert told in message
    assert message.startswith("FILE:")


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        ("[a, nope]", "FILE:9:14: "),
        ("[a, 'hello mgs=1']", "FILE:9:14: "),
        ("[{run: hello, flags: {msg: '${q}'}}]", "FILE:9:37: "),
        ("[{run: hello, label: '${q}'}]", "FILE:9:31: "),
        ("['hello m:x=1']", "FILE:9:11: "),
    ],
)
def test_where_it_stands(refused: Refused, steps: str, place: str) -> None:
    text = "# a comment\np:\n  steps: " + steps
    assert refused(text, "p").startswith(place)


def test_a_flag_of_the_parent_that_no_step_has(refused: Refused) -> None:
    message = refused("p: {flags: {'hello:msg': '${q}'}, steps: [hello]}", "p")
    assert message.startswith("FILE:7:13: step 'hello': msg=${q}: ${q} stands for")


@pytest.mark.parametrize(
    ("text", "circle"),
    [
        ("p: {steps: [p]}", "p -> p"),
        ("p: {steps: [a, q]}\nq: {steps: [p]}", "p -> q -> p"),
        ("p: {steps: [q]}\nq: {steps: [r]}\nr: {steps: [a, q]}", "q -> r -> q"),
    ],
)
def test_steps_in_a_circle(refused: Refused, text: str, circle: str) -> None:
    assert f"steps go in a circle: {circle}" in refused(text, "p")


def test_operations_that_share_steps_are_no_circle(ask: Ask) -> None:
    ask("p: {steps: [q, r]}\nq: {steps: [r]}\nr: {steps: [a]}", "p")


def test_steps_that_are_nested_deeply(ask: Ask) -> None:
    text = "".join(f"p{n}: {{steps: [p{n + 1}]}}\n" for n in range(99))
    ask(text + "p99: {main: step}", "p0")


def test_steps_that_are_nested_too_deeply(refused: Refused) -> None:
    text = "".join(f"p{n}: {{steps: [p{n + 1}]}}\n" for n in range(200))
    assert "nested more than 100 deep" in refused(text + "p200: {main: step}", "p0")


def test_all_that_is_wrong_is_told_once_and_in_order(refused: Refused) -> None:
    text = """\
    q: {flags: {m: 1}, steps: ['hello msg=${n}', nope]}
    p:
      flags: {m: 0}
      steps:
        - 'hello mgs=1'
        - 'hello msg=${w}'
        - 'q m=${m}'
        - 'hello msg=1 q=2 r=3'
        - zzz
        - p
    """
    lines = refused(text, "p m=[1,2,3]").splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        "FILE:7:28:",
        "FILE:7:46:",
        "FILE:11:7:",
        "FILE:12:7:",
        "FILE:14:7:",
        "FILE:14:7:",
        "FILE:15:7:",
        "FILE:16:7:",
    ]
    assert "(the flags are msg)" in lines[2]
    assert "there are: a, b, hello" in lines[6]


def test_words_are_told_with_what_is_wrong_in_steps(refused: Refused) -> None:
    first, second = refused("p: {steps: [nope]}", "p z=1").splitlines()
    assert first.startswith("unknown flag 'z'")
    assert second.startswith("FILE:7:13: step 'nope'")


def test_an_error_has_its_parts(ask: Ask) -> None:
    with pytest.raises(PlanError) as raised:
        ask("p: {steps: ['hello mgs=1']}", "p")
    error = raised.value
    assert error.message == "step 'hello': unknown flag 'mgs': did you mean 'msg'?"
    assert error.hint == "the flags are msg"
    assert error.place is not None
    assert error.place.line == 7


@pytest.mark.parametrize(
    "step", ["[1,2,3]", "null", "'   '", "{}", "{name: x}", "hello --nope", "hello foo"]
)
def test_what_is_no_step_is_refused_by_the_reader(ask: Ask, step: str) -> None:
    with pytest.raises(ProjectError):
        ask(f"p: {{steps: [{step}]}}", "p")
