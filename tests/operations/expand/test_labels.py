"""Labels and tags, and what stands for what in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.operations.expand.conftest import one

if TYPE_CHECKING:
    from .conftest import Ask, Refused

FLAGS = "{f: 0.125, n: null, s: 'a b', b: yes, p: x/y.csv, r: '<${s}>', i: 3}"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("plain", "plain"),
        ("L ${s} ${f}", "L a b 0.125"),
        ("${i}", "3"),
        ("${b}", "yes"),
        ("[${n}]", "[]"),
        ("${r}", "<a b>"),
        (r"\${s} ${s}", "${s} a b"),
        ("${f|%.1f}", "0.1"),
        ("${s|%.1f}", "a b"),
        ("${n|default:none}", "none"),
        ("${zz|default:none}", "none"),
        ("${i|default:none}", "3"),
        ("${p|basename}", "y.csv"),
        ("${s|unquote}", "a b"),
        ("at ${default_label}", "at b=yes f=0.125 i=3 p=x/y.csv r=<${s}> s=a b"),
    ],
)
def test_a_label_says_what_the_flags_are(ask: Ask, label: str, expected: str) -> None:
    text = f"o:\n  main: step\n  flags: {FLAGS}\n  label: '{label}'\n"
    assert one(ask(text, "o")).label == expected
    assert one(ask(text, "o", label=label)).label == expected


@pytest.mark.parametrize(
    ("label", "told"),
    [("${zz}", "${zz} stands for nothing"), ("${s|upper}", "no filter 'upper'")],
)
def test_what_a_label_may_not_say(refused: Refused, label: str, told: str) -> None:
    text = f"o:\n  main: step\n  flags: {FLAGS}\n  label: '{label}'\n"
    message = refused(text, "o")
    assert told in message
    assert message.startswith("FILE:10:10: ")
    assert told in refused("o: {main: step, flags: {s: 1}}", "o", label=label)


def test_the_users_label_and_tags(ask: Ask) -> None:
    text = "o: {main: step, flags: {x: 1}, label: own, tags: [t, 'x${x}', u]}"
    run = one(ask(text, "o"))
    assert (run.label, run.tags) == ("own", ("t", "x1", "u"))
    run = one(ask(text, "o", label="", tags=["u", "v${x}"]))
    assert (run.label, run.tags) == ("", ("u", "v1", "t", "x1"))


@pytest.mark.parametrize(
    ("step", "said", "label", "tags"),
    [
        ("hello", {}, "hello 1", ()),
        ("hello --label mine", {}, "mine", ()),
        (
            "{run: hello, label: 'x ${m} ${msg}', tags: ['t ${m}']}",
            {},
            "x yo 1",
            ("t yo",),
        ),
        ("{run: hello, label: 'own ${m}', tags: u}", {"label": "L"}, "own yo", ("u",)),
        ("hello", {"label": "L ${m}", "tags": ["${m}"]}, "L yo", ("yo",)),
        ("hello", {"label": ""}, "hello 1", ()),
        ("hello --tag t", {"label": "L", "tags": ["u"]}, "L", ("t",)),
        ("q", {"label": "L ${m}"}, "L yo", ()),
        ("{run: q, label: 'Q ${m}'}", {"label": "L"}, "Q yo", ()),
    ],
)
def test_a_step_has_its_own_label_or_that_given_to_its_parent(
    ask: Ask, step: str, said: dict[str, object], label: str, tags: tuple[str, ...]
) -> None:
    text = f"""
    hello: {{main: step, flags: {{msg: 1}}, label: 'hello ${{msg}}'}}
    q: {{flags: {{m: other}}, steps: [hello]}}
    p:
      flags: {{m: yo}}
      label: of p
      steps:
        - {step}
    """
    text = "- model: ''\n  operations:\n" + text
    (planned,) = one(ask(text, "p", **said)).steps
    (run,) = planned.trials
    assert (run.label, run.tags) == (label, tags)
    for inner in run.steps:
        assert inner.trials[0].label == label
