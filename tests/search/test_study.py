"""The conversation with Optuna: chosen, heard and learned from."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import MissingExtraError, PlanError
from sweepflow.search import Choices, Range, Search
from sweepflow.search import samplers as room
from sweepflow.search.study import PRUNED, Study

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.project.models import Sampler

SPACE: dict[str, Range | Choices] = {
    "x": Range(0.0, 10),
    "n": Range(1, 8),
    "m": Choices(("a", "b")),
}
BASE: dict[str, Any] = {"space": SPACE, "metric": "loss"}


def loss(params: Mapping[str, Any]) -> float:
    return (params["x"] - 3) ** 2 + params["n"] + (params["m"] == "b")


def tried(search: Search, *, rounds: int) -> list[tuple[Mapping[str, Any], float]]:
    study = Study(search)
    found: list[tuple[Mapping[str, Any], float]] = []
    for _ in range(rounds):
        trials = [study.ask() for _ in range(search.at_once)]
        for trial in trials:
            value = loss(trial.params)
            study.tell(trial.number, value)
            found.append((trial.params, value))
    return found


@pytest.mark.parametrize("sampler", ["tpe", "random", "qmc", "cmaes"])
def test_the_same_seed_makes_the_same_choices(sampler: Sampler) -> None:
    search = Search(
        space=SPACE, metric="loss", sampler=sampler, at_once=3, startup=4, seed=5
    )
    first = tried(search, rounds=5)
    assert tried(search, rounds=5) == first
    assert tried(search, rounds=7)[:15] == first
    other = Search(space=SPACE, metric="loss", sampler=sampler, at_once=3, seed=6)
    assert sampler == "qmc" or tried(other, rounds=5) != first


def test_a_model_finds_better_values_than_chance() -> None:
    def best(sampler: Sampler, seed: int) -> float:
        search = Search(space=SPACE, metric="loss", sampler=sampler, seed=seed)
        return min(value for _, value in tried(search, rounds=60))

    seeds = range(5)
    assert sum(best("tpe", s) for s in seeds) < sum(best("random", s) for s in seeds)


@given(
    ends=st.tuples(
        *[st.floats(-1e300, 1e300).filter(lambda x: abs(x) > 1e-300) for _ in "ab"]
    ).map(sorted),
    log=st.booleans(),
    seed=st.integers(0, 99),
)
def test_numbers_are_short_and_never_outside(
    ends: list[float], log: bool, seed: int
) -> None:
    low, high = ends
    one = Range(low, high, log=log and low > 0)
    search = Search(space={"x": one}, metric="m", sampler="random", seed=seed)
    study = Study(search)
    for _ in range(3):
        value = study.ask().params["x"]
        assert isinstance(value, float)
        assert low <= value <= high


def test_numbers_have_as_many_digits_as_people_read() -> None:
    space = {"a": Range(0.0, 1), "b": Range(1e-5, 0.1, log=True), "c": Range(0.0, 5000)}
    study = Study(Search(space=space, metric="m", sampler="random"))
    for _ in range(20):
        params = study.ask().params
        digits = [
            len(f"{float(str(v)):e}".split("e")[0].rstrip("0")) for v in params.values()
        ]
        assert max(digits) <= 8  # of 1.234567, with its sign or point
        assert len(str(params["a"])) <= 8


def test_the_first_trial_takes_what_is_said_for_it() -> None:
    space = {"x": Range(0.0, 1, first=0.25), "n": Range(1, 9)}
    study = Study(Search(space=space, metric="m", sampler="random"))
    first, second = study.ask(), study.ask()
    assert (first.number, first.params["x"]) == (1, 0.25)
    assert second.params["x"] != 0.25


def test_a_trial_that_does_worse_than_most_is_to_end() -> None:
    search = Search(space=SPACE, metric="loss", pruner="median", startup=2)
    study = Study(search)
    for value in (1.0, 2.0):
        number = study.ask().number
        assert [study.watch(number, value - s / 10, s) for s in range(3)] == [None] * 3
        study.tell(number, value)
    bad, good = study.ask().number, study.ask().number
    assert study.watch(good, 0.5, 0) is None
    reason = study.watch(bad, 9.0, 0)
    assert reason == f"{PRUNED}loss was 9 at step 0"
    assert study.watch(bad, 0.0, 1) == reason
    assert (study.pruned(bad), study.pruned(good)) == (reason, None)
    study.tell(bad, 0.1)  # it ended before anybody could end it, and counts as pruned
    study.tell(good, 0.4)


def test_values_without_steps_are_counted() -> None:
    search = Search(space=SPACE, metric="loss", pruner="median", startup=1)
    study = Study(search)
    number = study.ask().number
    for value in (3.0, float("nan"), 2.0):
        assert study.watch(number, value) is None
    study.tell(number, 2.0)
    bad = study.ask().number
    assert study.watch(bad, 2.5) is None
    assert study.watch(bad, 4.0) is None  # at step 1 nobody gave a number
    assert study.watch(bad, 2.5) == f"{PRUNED}loss was 2.5 at step 2"


def test_what_is_no_number_teaches_nothing(caplog: pytest.LogCaptureFixture) -> None:
    search = Search(space=SPACE, metric="loss", sampler="tpe", startup=1)
    study = Study(search)
    for value in (None, float("nan"), float("inf")):
        study.tell(study.ask().number, value)
    assert study.ask().number == 4
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_a_search_is_told_from_others_by_all_but_its_length() -> None:
    base = Search(space=SPACE, metric="loss")
    assert base.id("job") == Search(space=SPACE, metric="loss", trials=99).id("job")
    assert base.id("job") != base.id("other")
    changes: list[dict[str, Any]] = [
        {"metric": "acc"},
        {"direction": "maximize"},
        {"sampler": "random"},
        {"pruner": "median"},
        {"startup": 3},
        {"seed": 1},
        {"at_once": 2},
        {"space": SPACE | {"x": Range(0.0, 11)}},
        {"space": SPACE | {"x": Range(0.0, 10, first=1)}},
    ]
    ids = {Search(**(BASE | c)).id("job") for c in changes}
    assert len(ids | {base.id("job")}) == len(changes) + 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"space": {}}, "nothing to choose from"),
        ({"trials": 0}, "trials 0"),
        ({"at_once": 0}, "at_once 0"),
        ({"trials": 2.5}, "trials 2.5"),
        ({"startup": -1}, "startup -1"),
        ({"sampler": "foo"}, "the sampler 'foo'\nhint: write one of tpe, random"),
        ({"pruner": "foo"}, "the pruner 'foo'"),
        ({"direction": "max"}, "the direction 'max'"),
    ],
)
def test_a_search_that_has_no_meaning_is_refused(
    change: dict[str, Any], problem: str
) -> None:
    with pytest.raises(PlanError, match=problem):
        Search(**(BASE | change))


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(room)["_NEEDS"], "qmc", ("no_such_package",))
    with pytest.raises(MissingExtraError, match=r"sweepflow\[search\]"):
        Study(Search(space=SPACE, metric="loss", sampler="qmc"))


@pytest.mark.filterwarnings("error")
def test_where_steps_do_not_fit_the_last_number_is_below_the_end() -> None:
    space = {"a": Range(1, 10, 4), "b": Range(0, 1, 0.3), "c": Range(1, 2, 5)}
    study = Study(Search(space=space, metric="l", sampler="random"))
    chosen = [study.ask().params for _ in range(40)]
    assert {one["a"] for one in chosen} == {1, 5, 9}
    assert {one["b"] for one in chosen} == {0, 0.3, 0.6, 0.9}
    assert {one["c"] for one in chosen} == {1}


def test_small_steps_are_kept() -> None:
    space = {"x": Range(0.0, 1.0, 3e-6)}
    study = Study(Search(space=space, metric="l", sampler="random"))
    chosen = [study.ask().params["x"] for _ in range(20)]
    steps = [float(str(x)) / 3e-6 for x in chosen]
    assert steps == pytest.approx([round(one) for one in steps], rel=1e-9)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_nobody_can_take_is_told(seed: int) -> None:
    with pytest.raises(PlanError, match="cannot be the seed"):
        Search(space=SPACE, metric="l", seed=seed)
