"""One override, as the user's shell hands it over."""

from __future__ import annotations

import pytest

from sweepflow.sweep import Sweep, SweepSyntaxError


@pytest.mark.parametrize(
    ("word", "expanded"),
    [
        ("msg=hello world", [["msg='hello world'"]]),
        ("lr=1, 2", [["lr=1"], ["lr=2"]]),
        ("lr= 1:3 , 7", [["lr=1"], ["lr=2"], ["lr=3"], ["lr=7"]]),
        ("s=(a, b)_c", [["s=a_c"], ["s=b_c"]]),
        ("a='q w', z", [["a='q w'"], ["a=z"]]),
        ("a=[1, 2]", [["a=[1, 2]"]]),
        ("s=a #b", [["s='a #b'"]]),
        ("a=", [["a="]]),
        ("--x=y z", [["--x=y z"]]),
        ("~x", [["~x"]]),
    ],
)
def test_blanks_belong_to_the_value(word: str, expanded: list[list[str]]) -> None:
    assert list(Sweep.parse_word(word).expand()) == expanded


@pytest.mark.parametrize("word", ["", "#x", "x", "a=it's", "a=1,,2", "a b=1"])
def test_what_is_no_override_is_refused(word: str) -> None:
    with pytest.raises(SweepSyntaxError):
        Sweep.parse_word(word)
