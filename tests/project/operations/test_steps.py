"""Steps as a file describes them."""

from __future__ import annotations

import contextlib
import shlex
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.project.operations.line import LineError, parse
from sweepflow.project.operations.steps import Check

if TYPE_CHECKING:
    from .conftest import Problems, Read


NO_STEP = "must be a text, such as 'train lr=0.1', or a mapping with run"
NO_NAME = "names no operation: begin with its name, as in 'train lr=0.1'"
NO_RUN = "must say what to run: write run: and a text, such as 'train lr=0.1'"
NO_CHECK = "must have one of output and file, and not both"
NOT_OUTPUT = "has contains or compare-to, which only a file has"
NO_PATTERN = (
    "is no regular expression: missing ), unterminated subpattern at position 0"
)
NO_MAPPING = (
    "must be a mapping, such as output: done (valid keys: output, file, contains, "
    "compare-to)"
)


def test_a_text_is_an_operation_with_arguments(guild: Read) -> None:
    steps = (
        guild("""\
        p:
          steps:
            - train
            - 'm:train x=1 y="a b" z= @batch.csv'
            - run: train msg=${m}
        """)
        .all["p"]
        .steps
    )
    assert [step.operation for step in steps] == ["train", "m:train", "train"]
    assert steps[1].arguments == (("x", "1"), ("y", "a b"), ("z", ""))
    assert steps[1].batch_files == ("batch.csv",)
    assert steps[2].arguments == (("msg", "${m}"),)


def test_a_mapping_says_how_to_run_it(guild: Read) -> None:
    (step,) = (
        guild("""\
        p:
          steps:
            - run: train a=1
              name: first
              flags: {a: 2, b: null, c: [1, 2], d: {default: 3}}
              isolate-runs: no
              expect: {output: 'acc: \\d'}
              label: one ${x}
              tags: [t, u]
              gpus: 1
              stop-after: 0.5
              needed: yes
              force-flags: yes
              batch-label: all
              batch-tags: b
              max-trials: 3
              random-seed: 7
              fail-on-trial-error: yes
        """)
        .all["p"]
        .steps
    )
    assert step.model_dump(exclude_defaults=True) == {
        "run": "train a=1",
        "operation": "train",
        "arguments": (("a", "1"),),
        "name": "first",
        "flags": {"a": 2, "b": None, "c": [1, 2], "d": 3},
        "isolate_runs": False,
        "expect": ({"output": "acc: \\d"},),
        "label": "one ${x}",
        "tags": ("t", "u"),
        "gpus": "1",
        "stop_after": 0.5,
        "needed": True,
        "force_flags": True,
        "batch_label": "all",
        "batch_tags": ("b",),
        "max_trials": 3,
        "random_seed": 7,
        "fail_on_trial_error": True,
    }


def test_options_stand_in_the_text_too_and_keys_win(guild: Read) -> None:
    (step,) = (
        guild("""\
        p:
          steps:
            - run: >-
                train --needed -t a --tag=b --gpus 0,1 --stop-after 3 -m 2 x=-1
                --label 'a b' --fail-on-trial-error
              label: key
        """)
        .all["p"]
        .steps
    )
    assert step.arguments == (("x", "-1"),)
    assert step.needed
    assert step.fail_on_trial_error
    assert (step.tags, step.gpus, step.label) == (("a", "b"), "0,1", "key")
    assert (step.stop_after, step.max_trials) == (3, 2)


def test_flags_may_be_a_list_of_assignments(guild: Read) -> None:
    (step,) = guild("p: {steps: [{run: t, flags: [x=1, 'y=a b']}]}").all["p"].steps
    assert (step.arguments, step.flags) == ((("x", "1"), ("y", "a b")), {})


@pytest.mark.parametrize("key", ["expect", "checks"])
def test_what_is_expected(guild: Read, key: str) -> None:
    (step,) = (
        guild(f"""\
        p:
          steps:
            - run: t
              {key}:
                - output: A
                - {{file: o.txt, contains: va.ue}}
                - {{file: '*.txt', compare-to: '${{PROJECT_DIR}}/exp.txt'}}
        """)
        .all["p"]
        .steps
    )
    assert step.expect == (
        Check(output="A"),
        Check(file="o.txt", contains="va.ue"),
        Check(file="*.txt", compare_to="${PROJECT_DIR}/exp.txt"),
    )


def test_options_of_a_run_that_a_step_has_no_use_for(guild: Read) -> None:
    found = guild("p: {steps: ['a --run-dir DIR --stage x=1']}")
    (step,) = found.all["p"].steps
    assert (step.operation, step.arguments) == ("a", (("x", "1"),))
    assert [notice.message for notice in found.warnings] == [
        "the option --run-dir has no effect in a step",
        "the option --stage has no effect in a step",
    ]


def test_all_steps_that_are_none_are_told_at_once(problems: Problems) -> None:
    assert problems("""\
        p:
          steps:
            - [1, 2]
            - null
            - '   '
            - {}
            - {name: x}
            - hello --nope
            - hello foo
            - hello "x=1
            - hello --gpus
            - hello --needed=3
            - hello -m many
            - x=1
            - {run: a, gpus: 1, no-gpus: yes}
            - {run: a, stop-after: 0}
            - {run: a, expect: {}}
            - {run: a, expect: {file: x, contains: (}}
            - {run: a, expect: {output: x, contains: y}}
            - {run: a, flags: [x]}
            - {run: a, flags: 3}
            - {run: a, expect: x, checks: y}
        """) == [
        f"3:7: p.steps[0] {NO_STEP}",
        f"4:7: p.steps[1] {NO_STEP}",
        f"5:7: p.steps[2] {NO_NAME}",
        f"6:7: p.steps[3] {NO_RUN}",
        f"7:7: p.steps[4] {NO_RUN}",
        "8:7: p.steps[5] has the unknown option --nope: did you mean --no-gpus?",
        "9:7: p.steps[6] has 'foo', which is no NAME=VALUE",
        "10:7: p.steps[7] has a quote that is not closed",
        "11:7: p.steps[8] has no value behind --gpus",
        "12:7: p.steps[9] gives --needed a value, which it does not take",
        "13:7: p.steps[10] has 'many' behind -m, which is no number",
        f"14:7: p.steps[11] {NO_NAME}",
        "15:7: p.steps[12] has gpus and no-gpus: keep one of them",
        "16:28: p.steps[13].stop-after must be greater than 0",
        f"17:24: p.steps[14].expect[0] {NO_CHECK}",
        f"18:44: p.steps[15].expect[0].contains '(' {NO_PATTERN}",
        f"19:24: p.steps[16].expect[0] {NOT_OUTPUT}",
        "20:13: p.steps[17] has 'x', which is no NAME=VALUE",
        "21:23: p.steps[18].flags must be a mapping, such as flags: {lr: 0.1}",
        f"22:24: p.steps[19].expect[0] {NO_MAPPING}",
        "22:27: expect and checks are the same: keep one of them",
    ]


def test_steps_must_be_a_list_of_some(problems: Problems) -> None:
    (found,) = problems("p: {steps: x}")
    assert found == "1:12: p.steps must be a list: begin each item with '- '"
    (found,) = problems("p: {steps: []}")
    assert found == "1:5: p.steps is empty: write an operation's name"


WORDS = st.text("ab=\"'\\ $ é{}@-", max_size=6)
NAMES = st.text("xyz-_:", min_size=1).filter(lambda name: name[0] not in "-@")


@given(arguments=st.lists(st.tuples(NAMES, WORDS)))
def test_arguments_come_through_a_shells_quoting(
    arguments: list[tuple[str, str]],
) -> None:
    words = ["train", *(f"{name}={value}" for name, value in arguments)]
    assert parse(shlex.join(words)).arguments == arguments


@given(st.text("ab='\" -@\\"))
def test_any_text_is_a_step_or_an_error(text: str) -> None:
    with contextlib.suppress(LineError):
        assert parse(text).operation
