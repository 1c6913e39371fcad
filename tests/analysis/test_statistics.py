"""Statistics, against SciPy, published tables, and what is plain to see."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.analysis import AnalysisError, compute_ci_df
from sweepflow.analysis.quantiles import two_sided_t

if TYPE_CHECKING:
    from collections.abc import Sequence

stats = pytest.importorskip("scipy.stats")

Method = Literal["t", "wilson", "bootstrap"]
RESULTS = ["n", "missing", "mean", "lower", "upper"]


def summary(values: Sequence[object], *args: Any, **how: Any) -> tuple[Any, ...]:  # noqa: ANN401
    frame = pl.DataFrame({"v": values}, strict=False)
    made = compute_ci_df(frame, [], "v", *args, **how)
    assert made.columns == RESULTS
    return made.row(0)


# NIST/SEMATECH, e-Handbook of Statistical Methods, 1.3.6.7.2: upper critical values.
@pytest.mark.parametrize(
    ("freedom", "confidence", "t"),
    [
        *((1, 0.90, 6.314), (1, 0.95, 12.706), (1, 0.99, 63.657), (1, 0.998, 318.309)),
        *((2, 0.90, 2.920), (2, 0.95, 4.303), (2, 0.99, 9.925)),
        *((5, 0.80, 1.476), (5, 0.95, 2.571), (5, 0.99, 4.032)),
        *((10, 0.95, 2.228), (10, 0.99, 3.169), (30, 0.95, 2.042), (100, 0.95, 1.984)),
    ],
)
def test_quantiles_of_the_published_table(
    freedom: int, confidence: float, t: float
) -> None:
    assert two_sided_t(confidence, freedom) == pytest.approx(t, abs=6e-4)


@given(st.floats(0.001, 0.9999999), st.integers(1, 1_000_000))
def test_quantiles_of_scipy(confidence: float, freedom: int) -> None:
    theirs = stats.t.isf((1 - confidence) / 2, freedom)
    assert two_sided_t(confidence, freedom) == pytest.approx(theirs, rel=1e-9)


FLOATS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


@given(FLOATS, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_intervals_by_t_are_scipys(values: list[float], confidence: float) -> None:
    n, missing, mean, low, high = summary(values, confidence)
    error = stats.sem(values)
    assert (n, missing) == (len(values), 0)
    assert mean == pytest.approx(np.mean(values))
    if error:
        bounds = stats.t.interval(confidence, n - 1, np.mean(values), error)
        assert (low, high) == pytest.approx(bounds, rel=1e-6, abs=1e-6)
    else:
        assert low == high == mean


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([0.8, 0.95, 0.99]))
def test_intervals_by_wilson_are_scipys(true: int, false: int, level: float) -> None:
    if not true + false:
        return
    row = summary([True] * true + [False] * false, level)
    theirs = stats.binomtest(true, true + false).proportion_ci(level, "wilson")
    assert row[3:] == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert 0 <= row[3] <= row[2] <= row[4] <= 1
    numbers = [1.0] * true + [0.0] * false
    assert summary(numbers, level, method="wilson") == row


# R. G. Newcombe, Statistics in Medicine 17 (1998), 857, table I, method 3.
@pytest.mark.parametrize(
    ("true", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_by_wilson_are_the_published_ones(
    true: int, n: int, low: float, high: float
) -> None:
    row = summary([True] * true + [False] * (n - true))
    assert row[3:] == pytest.approx((low, high), abs=6e-5)


def test_the_bootstrap_is_near_scipys_and_depends_on_its_seed_alone() -> None:
    values = np.random.default_rng(1).exponential(size=200)
    row = summary(values.tolist(), method="bootstrap")
    theirs = stats.bootstrap((values,), np.mean, method="percentile", rng=2)
    interval = theirs.confidence_interval
    assert row[3:] == pytest.approx((interval.low, interval.high), abs=0.02)
    assert summary(values.tolist(), method="bootstrap", seed=0) == row
    assert summary(values.tolist(), method="bootstrap", seed=3) != row
    many = np.arange(30_000) % 7
    low, high = summary(many.tolist(), method="bootstrap", resamples=101)[3:]
    assert low < many.mean() < high


def test_groups_do_not_depend_on_each_other() -> None:
    frame = pl.DataFrame({"g": ["a", "b", "a", "b"], "v": [1.0, 5.0, 2.0, 7.0]})
    both = compute_ci_df(frame, "g", "v", method="bootstrap")
    alone = compute_ci_df(frame.filter(g="b"), "g", "v", method="bootstrap")
    assert both.rows()[1] == alone.rows()[0]


@pytest.mark.parametrize("method", ["t", "bootstrap"])
def test_what_is_missing_does_not_count_and_is_told(method: Method) -> None:
    frame = pl.DataFrame(
        {
            "g": ["b", "b", "b", "b", "one", "none", "none", None, None],
            "h": [1, 1, 1, 1, 1, 1, 1, 1, 1],
            "v": [1.0, 3.0, None, math.nan, 7.0, None, math.nan, 2.0, 2.0],
        }
    )
    made = compute_ci_df(frame, ["g", "h"], "v", method=method)
    assert made["g"].to_list() == ["b", "one", "none", None]
    assert made.rows()[1:] == [
        ("one", 1, 1, 0, 7.0, None, None),
        ("none", 1, 0, 2, None, None, None),
        (None, 1, 2, 0, 2.0, 2.0, 2.0),
    ]
    assert made.rows()[0][2:5] == (2, 2, 2.0)
    assert made.rows()[0][5] < 2 < made.rows()[0][6]


def test_nothing_gives_nothing() -> None:
    empty = pl.DataFrame(schema={"g": pl.String, "v": pl.Float64})
    for groups in (["g"], list[str]()):
        made = compute_ci_df(empty, groups, "v")
        assert made.columns == [*groups, *RESULTS]
        assert len(made) == 0
    nulls = compute_ci_df(pl.DataFrame({"v": [None, None]}), [], "v")
    assert nulls.row(0) == (0, 2, None, None, None)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"value_col": "w"}, "no column 'w'"),
        ({"group_cols": ["w"]}, "no column 'w'"),
        ({"group_cols": "mean"}, "cannot be named 'mean'"),
        ({"value_col": "g"}, "no numbers"),
        ({"confidence": 95}, "between 0 and 1"),
        ({"confidence": 1.0}, "between 0 and 1"),
        ({"method": "z"}, "no method 'z'"),
        ({"method": "wilson"}, "0 or 1"),
        ({"resamples": 0}, "0 resamples"),
    ],
)
def test_what_cannot_be_is_told(how: dict[str, Any], said: str) -> None:
    frame = pl.DataFrame({"g": ["a"], "mean": [1], "v": [2.0]})
    asked: dict[str, Any] = {"group_cols": "g", "value_col": "v"} | how
    with pytest.raises(AnalysisError, match=said):
        compute_ci_df(frame, **asked)
