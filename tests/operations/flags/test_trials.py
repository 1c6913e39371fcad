"""What a user gave for flags, made complete, checked, and as the trials of a batch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError
from sweepflow.operations.flags.assignments import read_assignments
from sweepflow.operations.flags.trials import plan_trials
from tests.operations.flags.flag import Choice, Flag, flags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.operations.flags.model import FlagLike, Value

HERE = Path("/project")
T = flags(x=0, y=0, s="")
OPTIMIZER: list[FlagLike] = [
    Flag(
        "opt",
        "sgd",
        choices=[Choice("sgd"), Choice("adam", "A", {"lr": 9, "z": 3}), Choice(5)],
    ),
    Flag("lr", 1),
    Flag("z", 2),
]


def trials(operation: Sequence[FlagLike], *words: str) -> list[dict[str, Value]]:
    return list(plan_trials(operation, read_assignments(words, operation), HERE).values)


def only(flag: FlagLike, *words: str) -> Value:
    (values,) = trials([flag], *words)
    return values[flag.name]


def refused(operation: Sequence[FlagLike], *words: str) -> str:
    with pytest.raises(PlanError) as raised:
        trials(operation, *words)
    return str(raised.value)


@pytest.mark.parametrize("words", [("x=[1,2]", "y=[3,4]"), ("y=[3,4]", "x=[1,2]")])
def test_the_names_of_flags_order_the_trials(words: tuple[str, str]) -> None:
    pairs = [(trial["x"], trial["y"]) for trial in trials(T, *words)]
    assert pairs == [(1, 3), (1, 4), (2, 3), (2, 4)]


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("x=[1]*3", [1, 1, 1]),
        ("x=[7]", [7]),
        ("x=[]", []),
        ("x=[1,[2,3]]", [1, [2, 3]]),
        ("x=range[0:0.3:0.1]", [0.0, 0.1, 0.2, 0.3]),
        ("x=log(1e-2:1:3)", [0.01, 0.1, 1]),
        ("x=1:3", [1, 2, 3]),
    ],
)
def test_several_values_are_a_batch(word: str, values: list[Value]) -> None:
    planned = plan_trials(T, read_assignments([word], T), HERE)
    assert planned.batch
    assert [trial["x"] for trial in planned.values] == values
    assert all(trial["y"] == 0 for trial in planned.values)


def test_a_default_can_be_several_values() -> None:
    assert [t["x"] for t in trials(flags(x=[1, 2]))] == [1, 2]
    assert [t["x"] for t in trials(flags(x=[1, 2]), "x=5")] == [5]
    assert not plan_trials(T, {}, HERE).batch


@given(st.dictionaries(st.sampled_from("xys"), st.lists(st.integers(), max_size=4)))
def test_there_is_a_trial_for_every_combination(given: dict[str, list[int]]) -> None:
    planned = plan_trials(
        T, {name: [*several] for name, several in given.items()}, HERE
    )
    count = 1
    for several in given.values():
        count *= len(several)
    assert len(planned.values) == count


def test_too_many_trials_are_refused_before_any_is_made() -> None:
    assert "1,000,000,000 runs" in refused(T, *(f"{n}=range[1:1000]" for n in "xys"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), {"opt": "sgd", "lr": 1, "z": 2}),
        (("opt=A",), {"opt": "adam", "lr": 9, "z": 3}),
        (("opt=adam",), {"opt": "adam", "lr": 9, "z": 3}),
        (("opt=A", "lr=3"), {"opt": "adam", "lr": 3, "z": 3}),
        (("opt=A", "lr=null"), {"opt": "adam", "lr": 9, "z": 3}),
        (("opt=5",), {"opt": 5, "lr": 1, "z": 2}),
        (("opt=",), {"opt": "", "lr": 1, "z": 2}),
        (("opt=null",), {"opt": None, "lr": 1, "z": 2}),
    ],
)
def test_choices_have_aliases_and_imply_others(
    words: tuple[str, ...], expected: dict[str, Value]
) -> None:
    assert trials(OPTIMIZER, *words) == [expected]


def test_each_trial_has_what_its_own_choice_implies() -> None:
    assert [t["lr"] for t in trials(OPTIMIZER, "opt=[sgd,A]")] == [1, 9]


def test_choices_that_imply_each_other_come_to_an_end() -> None:
    circle: list[FlagLike] = [
        Flag("a", 1, choices=[Choice(1, flags={"b": 1}), Choice(2, flags={"b": 2})]),
        Flag("b", 2, choices=[Choice(1, flags={"a": 2}), Choice(2, flags={"a": 1})]),
    ]
    assert len(trials(circle)) == 1


@pytest.mark.parametrize(
    ("flag", "word", "value"),
    [
        (Flag("f", 1, "int"), "f=3", 3),
        (Flag("f", 1, "float"), "f=2", 2.0),
        (Flag("f", 1, "string"), "f=yes", "yes"),
        (Flag("f", 1, "boolean"), "f=0", False),
        (Flag("f", 1, "number"), "f=1.5", 1.5),
        (Flag("f", 1, "path"), "f=a/b", "/project/a/b"),
        (Flag("f", 1, "path"), "f=/a", "/a"),
        (Flag("f", 1, "filename"), "f=a", "a"),
        (Flag("f", 1, "int"), "f=null", None),
        (Flag("f", "a", choices=[Choice("a")], allow_other=True), "f=zz", "zz"),
        (Flag("f", 1, "string", choices=[Choice(5)]), "f=5", "5"),
        (Flag("f", 1, choices=[Choice(True)]), "f=1", True),
        (Flag("f", 1, min=1, max=5), "f=5", 5),
        (Flag("f", "1 2", "int", arg_split=True), "f='3 4'", "3 4"),
        (Flag("f", "1 2", "int", arg_split=True), "f=3", "3"),
        (Flag("f", None, "int", arg_split=True), "f=null", None),
        (Flag("f", "a,b", arg_split=","), "f=p,q", "p,q"),
    ],
)
def test_a_value_is_one_of_its_flags_type(
    flag: FlagLike, word: str, value: Value
) -> None:
    given = only(flag, word)
    assert given == value
    assert type(given) is type(value)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        (Flag("f", 1, "float"), 1.0),
        (Flag("f", True, "string"), "True"),
        (Flag("f", 1, "string"), "1"),
    ],
)
def test_a_default_is_of_the_type_too(flag: FlagLike, value: Value) -> None:
    assert only(flag) == value


@pytest.mark.parametrize(
    ("flag", "word", "told"),
    [
        (Flag("f", 1, "int"), "f=2.0", "f=2.0: is no whole number"),
        (Flag("f", 1, "int"), "f=x", "f=x: is no number"),
        (Flag("f", 1, "int"), "f=yes", "f=yes: is no number"),
        (Flag("f", 1, "float"), "f=", "is no number"),
        (Flag("f", 1, "boolean"), "f=maybe", "neither yes nor no"),
        (Flag("f", None, "existing-path"), "f=no", "/project/no"),
        (Flag("f", 1, max=5), "f=9", "f=9: is greater than 5"),
        (Flag("f", 1, min=1), "f=[1,0]", "f=0: is less than 1"),
        (Flag("f", 1, min=1), "f=nan", "is less than 1"),
        (Flag("f", 1, min=1), "f=x", "is no number"),
        (Flag("f", 1, choices=[Choice(1), Choice(2)]), "f=0", "none of 1, 2"),
        (Flag("f", "a", choices=[Choice("adam", "A")]), "f=adan", "mean 'adam'"),
        (Flag("f", required=True), "f=", "flag 'f' needs a value"),
        (Flag("f", 1, "int", arg_split=True), "f=1 x", "is no number"),
        (Flag("foo", 1), "fo=1", "unknown flag 'fo': did you mean 'foo'?"),
        (Flag("foo", 1, alias="bar"), "bat=1", "did you mean 'bar'?"),
        (Flag("a", 1, choices=[Choice(1, flags={"z": 1})]), "a=1", "'z', which is no"),
    ],
)
def test_what_a_flag_may_not_be_is_refused(
    flag: FlagLike, word: str, told: str
) -> None:
    assert told in refused([flag], word)


def test_all_that_is_wrong_is_told_at_once() -> None:
    operation: list[FlagLike] = [
        Flag("a", 1, "int"),
        Flag("b", required=True),
        Flag("c", 1, max=2),
    ]
    told = refused(operation, "a=x", "c=[3,4]", "d=1")
    assert all(part in told for part in ("a=x", "'b' needs", "c=3", "c=4", "'d'"))
    assert "the flags are a, b, c" in told


def test_an_alias_names_its_flag() -> None:
    flag = Flag("learning-rate", 1, alias="lr")
    assert trials([flag], "lr=[2,3]") == [{"learning-rate": 2}, {"learning-rate": 3}]
    assert "twice" in refused([flag], "lr=2", "learning-rate=3")


def test_an_operation_without_flags_says_so() -> None:
    assert "no flags" in refused([], "a=1")
    assert trials([]) == [{}]


def test_a_value_is_left_alone_without_a_type() -> None:
    values: list[Any] = [None, True, 1.5, "x", {"a": 1}]
    for value in values:
        (trial,) = plan_trials([Flag("f")], {"f": value}, HERE).values
        assert trial == {"f": value}
