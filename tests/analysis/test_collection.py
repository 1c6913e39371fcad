"""Choosing, sorting, grouping: by example, and against rules told in other words."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.analysis import (
    AnalysisError,
    Collection,
    GroupBy,
    MissingKeyError,
    NotOneError,
    Run,
    RunCollection,
)

if TYPE_CHECKING:
    from tests.analysis.conftest import Load, Runs

Row: TypeAlias = dict[str, Any]
Number: TypeAlias = Any

NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, 1.5, math.nan]) | st.none()
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "a": NUMBERS,
            "b": st.sampled_from(["x", "y"]),
            "c": st.lists(st.integers(0, 1)),
        }
    ),
    max_size=8,
)


def wide(width: int) -> bool:
    return width > 150


def is_wide(run: Run[Any, Any]) -> bool:
    return wide(run.get("width"))


def wider(run: Run[Any, Any], more: int) -> int:
    return run.get("width") + more


def ids(runs: Runs) -> list[str]:
    return runs.to_list("run_id")


def test_it_is_a_sequence(six: Runs) -> None:
    assert (len(six), bool(six), bool(six[:0])) == (6, True, False)
    assert ids(six[1:3]) == ["r1", "r2"]
    assert ids(six[[4, 0]]) == ["r4", "r0"]
    assert six[-1].info.run_id == "r5"
    assert six[2] in six
    assert six.index(six[2]) == 2
    assert six["width"].to_list() == [100] * 3 + [200] * 3
    assert [repr(runs) for runs in (six, six[:0])] == [
        "RunCollection(Run, n=6)",
        "RunCollection(empty)",
    ]
    with pytest.raises(IndexError):
        six[6]


@pytest.mark.parametrize(
    ("criteria", "keys", "kept"),
    [
        ((), dict[str, Any](), "012345"),
        ((), {"width": 100}, "012"),
        ((), {"width": [100, 300]}, "012"),
        ((), {"height": (1, 2)}, "0134"),
        ((), {"height": None}, "25"),
        ((), {"height": (2, 9), "width": 200}, "4"),
        ((), {"twice": (150, 250)}, "345"),
        ((), {"model__name": "m100"}, "012"),
        ((("model.name", {"m200"}),), dict[str, Any](), "345"),
        ((), {"model__layers": [100, 3]}, "012"),
        ((), {"model__layers": [[100, 3]]}, "012"),
        ((), {"model": {"name": "m100", "layers": [100, 3]}}, "012"),
        ((), {"width": wide}, "345"),
        ((is_wide,), {"height": 1}, "3"),
        (([True, False] * 3,), {}, "024"),
        ((np.array([0, 0, 0, 0, 0, 1]),), {}, "5"),
        ((), {"run_id": "r3"}, "3"),
    ],
)
def test_filter_keeps_what_meets_all_and_exclude_what_meets_none(
    six: Runs, criteria: tuple[Any, ...], keys: Row, kept: str
) -> None:
    assert ids(six.filter(*criteria, **keys)) == [f"r{n}" for n in kept]
    if len(criteria) + len(keys) == 1:
        rest = [f"r{n}" for n in range(6) if str(n) not in kept]
        assert ids(six.exclude(*criteria, **keys)) == rest


def test_exclude_leaves_out_what_meets_any(six: Runs) -> None:
    assert ids(six.exclude(width=100, height=1)) == ["r4", "r5"]


def test_a_missing_value_is_an_error_and_not_silently_no_match(load: Load) -> None:
    runs = load("a: 1\nb: 1\n", "a: 2\n")
    for use in (
        lambda: runs.filter(b=1),
        lambda: runs.exclude(b=1),
        lambda: runs.sort("b"),
        lambda: runs.group_by("b"),
        lambda: runs.to_list("b"),
        lambda: runs.to_frame("a", "b"),
        lambda: runs.filter(runs.gt("a", "b")),
    ):
        with pytest.raises(MissingKeyError, match=r"Run\('r1'\) has no value 'b'"):
            use()
    assert ids(runs.filter(runs.ge("a", "b", default=2))) == ["r0", "r1"]
    runs.update("b", 1)
    assert ids(runs.filter(b=1)) == ["r0", "r1"]


@pytest.mark.parametrize("criterion", ["width", 5, [True], ("width",), ("width", 1, 2)])
def test_what_is_no_criterion_is_refused(six: Runs, criterion: Any) -> None:  # noqa: ANN401
    with pytest.raises(AnalysisError):
        six.filter(criterion)


def test_one_item(six: Runs) -> None:
    assert six.get(width=100, height=2).info.run_id == "r1"
    assert six.try_get(width=1) is None
    assert six.first(width=200).info.run_id == "r3"
    assert six.last(width=100).info.run_id == "r2"
    with pytest.raises(NotOneError, match="3 items match"):
        six.get(width=100)
    with pytest.raises(NotOneError, match="3 items match"):
        six.try_get(width=100)
    for use in (six.get, six.first, six.last):
        with pytest.raises(ValueError, match="no item matches"):
            use(width=1)


def test_sort(six: Runs) -> None:
    assert ids(six.sort("height", "width")) == ["r0", "r3", "r1", "r4", "r2", "r5"]
    assert ids(six.sort("width", reverse=True)) == [f"r{n}" for n in (5, 4, 3, 2, 1, 0)]
    assert ids(six.sort("height", reverse=True)) == ["r4", "r1", "r3", "r0", "r5", "r2"]
    assert ids(six.sort(reverse=True)) == ids(six)


def test_conditions_on_two_values_or_on_text(six: Runs) -> None:
    def kept(condition: Any) -> str:  # noqa: ANN401
        return "".join(name[1:] for name in ids(six.filter(condition)))

    assert kept(six.eq("width", "twice")) == "012345"
    assert kept(six.ne("width", "twice")) == ""
    assert kept(six.gt("width", "height")) == "0134"
    assert kept(six.le("width", "depth", default=150)) == "012"
    assert kept(six.lt("height", "width")) == "0134"
    assert kept(six.ge("height", "width")) == ""
    assert kept(six.startswith("model.name", "m1")) == "012"
    assert kept(six.endswith("model__name", "200")) == "345"
    assert kept(six.startswith("width", "1")) == "012"
    assert kept(six.match("model.name", "[mn]1")) == "012"
    assert kept(six.match("model.name", "1")) == ""
    assert kept(six.match("depth", "A", default="a", flags=2)) == "012345"


def test_values(six: Runs) -> None:
    assert six.to_list("depth", 4) == [4] * 6
    assert six.to_list("depth", lambda run: run.get("height")) == [1, 2, None] * 2
    assert six.to_numpy("width").dtype == np.int64
    assert six.to_series("width", name="w").name == "w"
    assert six.unique("width").tolist() == [100, 200]
    assert six.unique("height").tolist() == [1, 2, None]
    assert six.unique("model.layers").tolist() == [[100, 3], [200, 3]]
    assert six.n_unique("height") == 3
    assert list(six.map(wider, 1)) == [101] * 3 + [201] * 3


def test_samples_depend_on_their_seed(six: Runs) -> None:
    assert ids(six.sample(3, seed=1)) == ["r1", "r4", "r0"]
    assert sorted(ids(six.shuffle())) == ids(six)
    assert ids(six.shuffle(1)) == ids(six.shuffle(seed=1)) != ids(six)
    assert len(six[:0].shuffle()) == 0
    for count in (0, 7):
        with pytest.raises(AnalysisError):
            six.sample(count)


def test_groups(six: Runs) -> None:
    groups = six.group_by("width", "height")
    assert isinstance(groups, GroupBy)
    assert ids(groups[100, 2]) == ["r1"]
    assert (100, 2) in groups
    assert list(groups) == list(groups.keys())
    assert [ids(group) for group in six.group_by("width").values()] == [
        ["r0", "r1", "r2"],
        ["r3", "r4", "r5"],
    ]
    assert list(six.group_by("model.layers")) == [(100, 3), (200, 3)]
    frame = six.group_by("width").agg("height", n=len, top=lambda g: g[0].info.run_id)
    assert frame.rows() == [(100, [1, 2, None], 3, "r0"), (200, [1, 2, None], 3, "r3")]
    assert frame.columns == ["width", "height", "n", "top"]
    layers = six.group_by("model.layers").agg(n=len)
    assert layers.rows() == [([100, 3], 3), ([200, 3], 3)]
    assert six.group_by().agg(n=len).rows() == [(6,)]
    assert six[:0].group_by("width").agg(n=len).shape == (0, 2)


def test_frames(six: Runs) -> None:
    frame = six.to_frame(
        "width", ("depth", 1), "size", defaults={"size": 2}, area=lambda _: {"w": 1}
    )
    assert frame.columns == ["width", "depth", "size", "area"]
    assert frame.row(0) == (100, 1, 2, {"w": 1})
    assert six.to_frame(twice=lambda run: run.get("twice"))["twice"].sum() == 900
    assert six[:0].to_frame("width").shape == (0, 1)
    assert RunCollection[Any]([]).to_frame().shape == (0, 0)


def test_a_whole_frame_has_all_that_is_known(load: Load) -> None:
    frame = load("a: 1\nm:\n  n: ${a}\n", "b: [1]\nm:\n  n: 2\ne: {}\n").to_frame()
    assert frame.drop("run_dir").to_dict(as_series=False) == {
        "run_id": ["r0", "r1"],
        "job_name": ["train", "train"],
        "a": [1, None],
        "m.n": [1, 2],
        "b": [None, [1]],
    }


def test_concat(six: Runs) -> None:
    made = six[:2].concat(
        lambda run: pl.DataFrame({"x": [1, 2], run.info.run_id: [0, 0]}), "height"
    )
    assert made.rows() == [
        (1, 0, 1, None),
        (2, 0, 1, None),
        (1, None, 2, 0),
        (2, None, 2, 0),
    ]
    assert six[:0].concat(lambda _: pl.DataFrame()).shape == (0, 0)


def test_items_of_other_kinds() -> None:
    numbers = Collection([3, 1, 2], lambda n, key, _: n * {"one": 1, "minus": -1}[key])
    assert list(numbers.sort("minus")) == [3, 2, 1]
    points = Collection([complex(1, 2), complex(3, 4)])
    assert points.filter(real=1).to_list("imag") == [2]
    assert points.to_list("size", 0) == [0, 0]
    with pytest.raises(MissingKeyError):
        points.filter(size=1)


def items(rows: list[Row]) -> Collection[Row]:
    return Collection([row | {"n": n} for n, row in enumerate(rows)])


def is_none(value: object) -> bool:
    return value is None or value != value  # noqa: PLR0124 - so is NaN


@given(ROWS, st.booleans())
def test_sorting_never_loses_an_item_and_puts_what_is_missing_last(
    rows: list[Row], reverse: bool
) -> None:
    found = items(rows).sort("a", reverse=reverse)
    values = found.to_list("a")
    there = [value for value in values if not is_none(value)]
    assert values[: len(there)] == there
    pairs = pairwise(there)
    assert all(one >= two if reverse else one <= two for one, two in pairs)
    assert sorted(found.to_list("n")) == list(range(len(rows)))
    for one, two in pairwise(found):
        if one["a"] == two["a"] or (is_none(one["a"]) and is_none(two["a"])):
            assert (one["n"] > two["n"]) is reverse


@given(ROWS)
def test_two_keys_sort_as_one_after_the_other(rows: list[Row]) -> None:
    assert items(rows).sort("b", "a").to_list("n") == items(rows).sort("a").sort(
        "b"
    ).to_list("n")


@given(ROWS, NUMBERS, NUMBERS, st.lists(NUMBERS, max_size=3))
def test_filter_is_what_a_loop_would_keep(
    rows: list[Row], low: Number, high: Number, some: list[Number]
) -> None:
    def same(one: object, two: object) -> bool:
        return one == two or (one is two is None) or (one != one and two != two)  # noqa: PLR0124

    every = items(rows)
    kept = [r["n"] for r in every if same(r["a"], low)]
    assert every.filter(a=low).to_list("n") == kept
    assert every.exclude(a=low).to_list("n") == [
        r["n"] for r in every if r["n"] not in kept
    ]
    kept = [r["n"] for r in every if any(same(r["a"], one) for one in some)]
    assert every.filter(a=some).to_list("n") == kept
    if not (is_none(low) or is_none(high)):
        kept = [r["n"] for r in every if not is_none(r["a"]) and low <= r["a"] <= high]
        assert every.filter(a=(low, high)).to_list("n") == kept


@given(ROWS)
def test_groups_are_all_items_by_equal_values(rows: list[Row]) -> None:
    groups = items(rows).group_by("a", "c")
    members = [n for group in groups.values() for n in group.to_list("n")]
    assert sorted(members) == list(range(len(rows)))
    sizes = Counter(
        ("-" if is_none(r["a"]) and r["a"] is not None else r["a"], tuple(r["c"]))
        for r in rows
    )
    assert [len(group) for group in groups.values()] == list(sizes.values())
    assert items(rows).n_unique("c") == len({tuple(r["c"]) for r in rows})
    frame = groups.agg(n=len)
    assert frame["n"].to_list() == list(sizes.values())
