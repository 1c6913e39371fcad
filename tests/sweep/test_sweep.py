"""The object behind `expand` and `collect`: keys, and one sweep over another."""

from __future__ import annotations

import pytest

from sweepflow.sweep import Sweep, SweepSyntaxError


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ()),
        ("a=1 b.c=2,3", ("a", "b.c")),
        ("+a=1 ++b=2 ~c ~d=1", ("a", "b", "c", "d")),
        ("lr/m=1,2 lr/e-3=1 lr/x=1", ("lr", "lr", "lr/x")),
        ("opt/m=adam opt/m=adam,1", ("opt/m", "opt/m")),
        (
            "db/engine@db.src=mysql hydra/launcher=x",
            ("db/engine@db.src", "hydra/launcher"),
        ),
        ("a=1|lr/k=2|3", ("a", "lr")),
        ("--config-name=x -m", ("--config-name", "-m")),
    ],
)
def test_keys(text: str, keys: tuple[str, ...]) -> None:
    assert Sweep.parse(text).keys == keys


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("a=1,2 b=3", "a=5", ["a=5", "b=3"]),
        ("a=1,2 b=3", "c=5", ["a=1,2", "b=3", "c=5"]),
        ("a=1 b=3", "b=4 c=1 a=5", ["a=5", "b=4", "c=1"]),
        ("lr/m=1 b=3", "lr=0.1", ["lr=0.1", "b=3"]),
        ("lr=1", "lr/m=5", ["lr=0.005"]),
        ("+a=1", "~a", ["~a"]),
        ("a=1 a=2 b=1", "a=3", ["a=3", "b=1"]),
        ("a=1", "a=2 a=3", ["a=2", "a=3"]),
        ("opt/m=adam", "opt=x", ["opt/m=adam", "opt=x"]),
        ("db/e@x=1", "db/e=2", ["db/e@x=1", "db/e=2"]),
        ("--config-name=x -m", "--config-name=y", ["--config-name=y", "-m"]),
        ("", "a=1", ["a=1"]),
        ("a=1", "", ["a=1"]),
    ],
)
def test_another_sweep_wins_by_key(text: str, other: str, expected: list[str]) -> None:
    sweep = Sweep.parse(text)
    assert sweep.replaced_by(Sweep.parse(other)).collect() == expected
    assert sweep.collect() == Sweep.parse(text).collect()  # it is left as it was


def test_a_word_with_pipes_loses_only_the_sections_of_the_key() -> None:
    sweep = Sweep.parse("model=s,l|lr=1|2 seed=1")
    replaced = sweep.replaced_by(Sweep.parse("lr=5,6"))
    assert replaced.count == 2
    assert list(replaced.expand()) == [
        ["model=s,l", "seed=1", "lr=5"],
        ["model=s,l", "seed=1", "lr=6"],
    ]
    both = sweep.replaced_by(Sweep.parse("lr=5 model=m"))
    assert list(both.expand()) == [["lr=5", "model=m", "seed=1"]]


def test_without() -> None:
    sweep = Sweep.parse("+a=1 lr/m=1,2 ~c opt/m=adam")
    assert sweep.without({"lr", "c"}).collect() == ["+a=1", "opt/m=adam"]
    assert sweep.without([]).collect() == sweep.collect()
    assert Sweep.parse("a=1").without(["a"]).count == 1


def test_a_sweep_can_be_gone_through_again() -> None:
    sweep = Sweep.parse("a=1:3 b=(x,y)_z")
    assert list(sweep.expand()) == list(sweep.expand())
    assert sweep.count == 6


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lr=1,2", ["lr=1", "lr=2"]),
        ("lr=1, 2k", ["lr=1", "lr=2000"]),
        ("lr=(1, 2 )k", ["lr=1000", "lr=2000"]),
        ("s=two words", ["s='two words'"]),
        ("s=a # b", ["s='a # b'"]),
        ("s=a\nb=c", ["s='a\nb=c'"]),
        ("s=one thing, another", ["s='one thing'", "s=another"]),
        ("s='12:30'", ["s='12:30'"]),
        ("s=\"'a|b'\"", ["s=\"'a|b'\""]),  # the quotes are Hydra's, all of them
        ("a=1:3", ["a=1", "a=2", "a=3"]),
        ("a=choice(1, 2)", ["a=choice(1, 2)"]),
        ("~a", ["~a"]),
        ("a=", ["a="]),
        ("--x=a b", ["--x=a b"]),
    ],
)
def test_a_word_from_a_command_line_keeps_its_blanks(
    word: str, expected: list[str]
) -> None:
    batches = Sweep.parse_word(word).expand()
    assert [override for (override,) in batches] == expected


@pytest.mark.parametrize("word", ["", "foo", "a b=1", "a= ", " a=1"])
def test_a_word_that_is_no_override(word: str) -> None:
    with pytest.raises(SweepSyntaxError):
        Sweep.parse_word(word)


def test_an_error_in_a_replaced_sweep_points_into_its_own_text() -> None:
    sweep = Sweep.parse("a=1").replaced_by(Sweep.parse("c=1 b=1:10"))
    with pytest.raises(SweepSyntaxError) as caught:
        sweep.expand(limit=5)
    assert (caught.value.text, caught.value.column) == ("c=1 b=1:10", 4)
