"""Values of flags as the arguments and the environment of a command."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError
from sweepflow.operations.flags.command import (
    as_argument,
    command_words,
    flag_arguments,
    flag_environment,
    shadowed,
)
from tests.operations.flags.flag import Flag, flags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.operations.flags.model import FlagLike, Value

X01 = flags(b=True, c=False, i=3, f=1.5, s="a b", n=None, z="", my_flag=1)
X02: list[FlagLike] = [
    Flag("a", 1, arg_name="alpha"),
    Flag("b", 1, arg_skip=True),
    Flag("c", False, arg_switch=False),
    Flag("d", False, arg_switch=True),
    Flag("e", 5, env_name="E_NAME"),
    Flag("g", True, arg_encoding={True: "true", False: "false"}),
    Flag("h", "1 2", arg_split=True),
    Flag("i", "p,q", arg_split=","),
]


def defaults(flags: Sequence[FlagLike], **others: Value) -> dict[str, Value]:
    return {flag.name: flag.default for flag in flags} | others


def arguments(flags: Sequence[FlagLike], **others: Value) -> str:
    return shlex.join(flag_arguments(flags, defaults(flags, **others)))


def test_arguments_stand_by_name() -> None:
    assert arguments(X01) == ("--b 1 --c '' --f 1.5 --i 3 --my-flag 1 --s 'a b' --z ''")


def test_variables_are_set_for_all_flags() -> None:
    assert flag_environment(X01, defaults(X01)) == {
        "FLAG_B": "1",
        "FLAG_C": "",
        "FLAG_F": "1.5",
        "FLAG_I": "3",
        "FLAG_MY_FLAG": "1",
        "FLAG_N": "",
        "FLAG_S": "a b",
        "FLAG_Z": "",
    }


def test_a_flag_says_how_it_is_written() -> None:
    assert arguments(X02) == "--alpha 1 --c --e 5 --g true --h 1 2 --i p q"
    assert arguments(X02, d=True, c=False, g=False) == (
        "--alpha 1 --c --d --e 5 --g false --h 1 2 --i p q"
    )
    assert arguments(X02, c=True, g=None, h="", i=None) == "--alpha 1 --e 5"


def test_variables_have_names_and_encodings_of_their_own() -> None:
    given = flag_environment(X02, defaults(X02))
    assert given["E_NAME"] == "5"
    assert "FLAG_E" not in given
    assert given["FLAG_G"] == "true"
    assert given["FLAG_H"] == "1 2"
    flag = Flag("f", True, arg_encoding={True: "a"}, env_encoding={True: "b"})
    assert flag_environment([flag], {"f": True}) == {"FLAG_F": "b"}


def test_one_is_not_yes_to_an_encoding() -> None:
    flag = Flag("f", arg_encoding={True: "true"})
    assert arguments([flag], f=1) == "--f 1"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        *[(1e22, "1e+22"), (1000.0, "1000.0"), (1, "1"), (float("nan"), "nan")],
        *[({"a": 1}, "{'a': 1}"), ([1, "a b", None], "1 'a b' null"), (None, "")],
    ],
)
def test_a_value_is_written_as_scripts_read_it(value: Value, written: str) -> None:
    assert as_argument(value) == written


@pytest.mark.parametrize(
    ("words", "argv"),
    [
        (
            ["--z", "${s}", "${f}", "--", "${n}", "x", "${flag_args}"],
            [
                "--z",
                "a b",
                "1.0",
                "--",
                "",
                "x",
                "--b",
                "1",
                "--f",
                "1.0",
                "--s",
                "a b",
            ],
        ),
        (
            ["--s", "q", "${flag_args}"],
            ["--s", "q", "--b", "1", "--f", "1.0"],
        ),
        (
            ["run", "${flag_args}", "q=${s}", r"\${HOME}"],
            ["run", "--b", "1", "--f", "1.0", "--s", "a b", "q=a b", "${HOME}"],
        ),
        (["q=${s}", "${f}"], ["q=a b", "1.0"]),
    ],
)
def test_words_of_a_command_refer_to_flags(words: list[str], argv: list[str]) -> None:
    operation = flags(s="a b", f=1.0, n=None, b=True)
    assert command_words(words, operation, defaults(operation)) == argv


def test_an_argument_of_the_command_wins_over_its_flag() -> None:
    assert shadowed(flags(s=1, f=1), ["main", "--s", "q"]) == ["s"]


def test_a_word_refers_to_flags_only() -> None:
    with pytest.raises(PlanError, match="nothing"):
        command_words(["${home}"], flags(s=1), {"s": 1})


def test_a_character_that_no_command_can_be_given_is_refused() -> None:
    with pytest.raises(PlanError, match="'s' has a NUL"):
        flag_environment(flags(s="a\0b"), {"s": "a\0b"})


@given(st.integers(), st.floats(allow_nan=False), st.booleans(), st.text())
def test_a_script_reads_what_was_given(
    whole: int, real: float, truth: bool, text: str
) -> None:
    operation = flags(i=whole, f=real, b=truth, s=text, n=None)
    words = list(flag_arguments(operation, defaults(operation)))
    given = dict(zip(words[::2], words[1::2], strict=True))
    assert int(given["--i"]) == whole
    assert float(given["--f"]) == real
    assert bool(given["--b"]) is truth
    assert given["--s"] == text
    assert "--n" not in given
