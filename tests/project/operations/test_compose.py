"""Configs, inheritance, includes and parameters."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepflow.project.document import Document
from sweepflow.project.entries import parse
from sweepflow.project.operations.compose import Composer
from sweepflow.project.operations.items import Item
from sweepflow.project.operations.report import Report
from sweepflow.project.operations.tree import plant
from sweepflow.project.source import Source

if TYPE_CHECKING:
    from sweepflow.project.operations.models import Operation

    from .conftest import Problems, Read


def _flags(operation: Operation) -> dict[str, object]:
    return {name: flag.default for name, flag in operation.flags.items()}


def test_includes_extends_and_params_together(guild: Read) -> None:
    found = guild("""\
        - config: flags
          flags: {lr: 0.1, bs: 10}
        - config: base
          params: {depth: 1}
          operations:
            train:
              main: train
              flags: {$include: flags, depth: '{{depth}}', s: 'x{{ depth }}', bs: 20}
        - model: deep
          extends: base
          params: {depth: 7}
        """).all["deep:train"]
    assert _flags(found) == {"lr": 0.1, "bs": 20, "depth": 7, "s": "x7"}


def test_what_is_nearer_wins(guild: Read) -> None:
    found = guild("""\
        - model: m
          extends: [first, second]
          operations: {t: {flags: {lr: 0.5}}}
        - config: first
          extends: third
          operations: {t: {main: one, flags: {lr: {default: 3, description: rate}}}}
        - config: second
          operations: {t: {main: two, exec: '', flags: {bs: 2}}, z: {main: two}}
        - config: third
          operations: {t: {main: three, label: third}}
        """).all
    assert found["m:t"].main == "one"
    assert found["m:t"].label == "third"
    assert _flags(found["m:t"]) == {"lr": 0.5, "bs": 2}
    assert found["m:t"].flags["lr"].description == "rate"
    assert found["m:z"].main == "two"


def test_defaults_of_operations_fill_whole_keys(guild: Read) -> None:
    found = guild("""\
        - model: m
          operation-defaults: {main: zz, flags: {k: 2}, env: {A: 1}}
          operations: {b: {flags: {y: 1}}, c: {}, d: other}
        """).all
    assert [found[f"m:{name}"].main for name in "bcd"] == ["zz", "zz", "other"]
    assert [list(found[f"m:{name}"].flags) for name in "bcd"] == [["y"], ["k"], ["k"]]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("c", {"q": 1, "lr": 9}),
        ("m:a", {"lr": 0.1, "b": None}),
        ("'m:a#b'", {"b": None}),
        ("[c, 'm:a#lr, b']", {"q": 1, "lr": 0.1, "b": None}),
        ("['m:a', c]", {"lr": 9, "b": None, "q": 1}),
    ],
)
def test_flags_are_included_by_reference(
    guild: Read, reference: str, expected: dict[str, object]
) -> None:
    found = guild(f"""\
        - model: m
          operations: {{a: {{flags: {{lr: 0.1, b: null}}}}}}
        - config: c
          flags: {{q: 1, lr: 9}}
        - model: n
          operations: {{t: {{main: t, flags: {{$include: {reference}}}}}}}
        """)
    assert _flags(found.all["n:t"]) == expected


def test_an_operation_of_the_same_file_is_included_behind_a_colon(
    guild: Read, problems: Problems
) -> None:
    found = guild("a: {flags: {x: 1}}\nb: {flags: {$include: ':a', y: 2}}\n")
    assert _flags(found.all["b"]) == {"x": 1, "y": 2}
    assert problems("a: {flags: {x: 1}}\nb: {flags: {$include: a}}\n") == [
        "2:23: no model or config is called 'a': for the operation write ':a'"
    ]


def test_whole_operations_and_flags_of_steps_are_included(guild: Read) -> None:
    found = guild("""\
        - config: ops
          flags: {x: {default: 3, type: int}}
          operations: {b: {flags: {x: 1}, label: kept}, c: {main: c}}
        - model: m
          operations:
            $include: ops
            b: {flags: {y: 1}}
            p: {steps: [{run: b, flags: {$include: ops, y: 2}}]}
        """).all
    assert list(found) == ["m:b", "m:c", "m:p"]
    assert (found["m:b"].label, list(found["m:b"].flags)) == ("kept", ["y"])
    assert found["m:p"].steps[0].flags == {"x": 3, "y": 2}


def test_includes_that_name_each_other_end(guild: Read) -> None:
    found = guild("""\
        a: {flags: {$include: ':b', x: 1}}
        b: {flags: {$include: ':a', y: 2}}
        """).all
    assert _flags(found["a"]) == {"x": 1, "y": 2}
    assert _flags(found["b"]) == {"x": 1, "y": 2}


def test_params_refer_to_params_and_keep_their_types(guild: Read) -> None:
    found = guild("""\
        - model: m
          params: {n: 3, name: 'net-{{n}}', many: [1, '{{n}}'], x: null}
          operations:
            t:
              main: '{{name}}'
              description: '{{ name }} of {{n}}, {{other}}'
              flags: {n: '{{n}}', many: '{{many}}', x: '{{x}}', two: '{{n}}{{n}}'}
              tags: ['{{name}}']
        """).all["m:t"]
    assert (found.main, found.tags) == ("net-3", ("net-3",))
    assert found.description == "net-3 of 3, {{other}}"
    assert _flags(found) == {"n": 3, "many": [1, 3], "x": None, "two": "33"}


def test_a_reference_without_quotes(problems: Problems) -> None:
    assert problems("t: {flags: {x: {{n}}}}") == [
        "1:17: a key must be a text, not a list or mapping",
        "hint: put a text that begins with {{ in quotes",
    ]


def test_what_goes_in_a_circle(problems: Problems) -> None:
    assert problems("""\
        - {config: a, extends: b}
        - {config: b, extends: a}
        - model: m
          extends: a
        - model: n
          params: {x: '{{y}}', y: '{{x}}'}
          operations: {t: '{{x}}'}
        """) == [
        "2:24: extends goes in a circle: a -> b -> a",
        "6:27: params go in a circle: x -> y -> x",
    ]


def test_names_that_nothing_has(problems: Problems) -> None:
    assert problems("""\
        - config: base
          flags: {lr: 0.1}
        - model: net
          extends: [bse, pkg/model, 3]
          operations:
            a: {flags: {$include: bas}}
            b: {flags: {$include: 'net:c'}}
            c: {flags: {$include: 'base#rl'}}
            d: {flags: {$include: 3}}
        """) == [
        "4:13: no model or config is called 'bse': did you mean 'base'?",
        (
            "4:18: no model or config is called 'pkg/model'; what packages have "
            "can't be used here"
        ),
        "4:29: extends must be the name of a model or config, or a list",
        "6:27: no model or config is called 'bas': did you mean 'base'?",
        "8:27: 'base#rl' has no 'rl'",
        (
            "9:27: $include must be CONFIG or MODEL:OPERATION, with #NAME,NAME "
            "behind it for some of what it has"
        ),
    ]
    assert problems("a: {flags: {$include: ':trian'}}\ntrain: x") == [
        "1:23: the model '' has no operation 'trian': did you mean 'train'?"
    ]


def test_what_several_inherit_is_wrong_once(problems: Problems) -> None:
    assert problems("""\
        - config: base
          operations: {z: {main: 3}}
        - {model: a, extends: base}
        - {model: b, extends: base}
        """) == [
        (
            "2:26: operations.z.main must be a text, but 3 is a number in YAML: "
            "put it in quotes, main: '3'"
        )
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("abc{}: '\n", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("xyz", min_size=1), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=50, deadline=None)
@given(value=VALUES)
def test_a_whole_reference_is_the_parameter_itself(
    value: object,
) -> None:
    text = json.dumps({"model": "m", "params": {"p": value}, "extra": "{{p}}"})
    source = Source(Path("guild.yml"), text)
    report = Report(lenient=True)
    item = Item("model", "m", plant(Document(source, parse(source))))
    composed = Composer([item], report).model(item)
    assert composed.items["extra"].value == value
    assert composed.items["extra"].place == source.place(text.rindex('"{{p}}"')) or (
        isinstance(value, list | dict)
    )


@pytest.mark.parametrize("twice", ["['{{%s}}', '{{%s}}']", "'{{%s}}{{%s}}'"])
def test_params_that_hold_each_other_many_times_are_refused(
    problems: Problems, twice: str
) -> None:
    names = [f"p{i}" for i in range(30)]
    params = "".join(
        f"    {name}: {twice % (inner, inner)}\n"
        for name, inner in pairwise([*names, "last"])
    )
    (found,) = problems(
        f"- model: m\n  params:\n{params}    last: x\n"
        "  operations: {t: {label: '{{p0}}'}}"
    )
    assert "the params of the model stand for more than 50,000 values" in found


def test_many_lines_of_ancestors_are_followed_once_each(guild: Read) -> None:
    pairs = "".join(
        f"- {{config: {a}{i}, extends: [a{i + 1}, b{i + 1}]}}\n"
        for i in range(40)
        for a in "ab"
    )
    found = guild(
        f"- {{model: m, extends: a0}}\n{pairs}"
        "- {config: a40, operations: {t: x}}\n- {config: b40}\n"
    )
    assert found.all["m:t"].main == "x"
