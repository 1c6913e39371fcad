"""Statistics of results: means with their intervals, and the results of a sweep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from sweepflow.analysis import frames
from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.intervals import Asked
from sweepflow.analysis.quick_yaml import one_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from sweepflow.workflow import StepState, WorkflowState

_COLUMNS = ("n", "missing", "mean", "lower", "upper")


def compute_ci_df(  # noqa: PLR0913 - each a choice
    df: pl.DataFrame,
    group_cols: str | Sequence[str],
    value_col: str,
    confidence: float = 0.95,
    *,
    method: Literal["t", "wilson", "bootstrap"] | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> pl.DataFrame:
    """Give the mean of each group and its confidence interval.

    The methods, for n values with the mean m:

    `t`: m ± t·s/√n, where s is the standard deviation with n - 1 in its denominator and
    t the quantile of Student's distribution with n - 1 degrees of freedom (Student, The
    probable error of a mean, Biometrika 6, 1908). It is exact for values that are
    normally distributed.

    `wilson`, for values of 0 and 1: (m + z²/2n ± z·√(m(1-m)/n + z²/4n²)) / (1 + z²/n),
    where z is the quantile of the normal distribution (Wilson, Probable inference, the
    law of succession, and statistical inference, J. Am. Stat. Assoc. 22, 1927). It
    keeps within 0 and 1, and holds for few values, too.

    `bootstrap`: the quantiles of the means of samples that are drawn from the values,
    with replacement (the percentile method: Efron and Tibshirani, An introduction to
    the bootstrap, 1993, chapter 13). It is too narrow for fewer than about 20 values.

    Args:
        df: With a row for each value.
        group_cols: The columns whose values make a group, or one of them; none for a
            single group of all.
        value_col: The column of the values: numbers, or true and false.
        confidence: How often the interval holds the true mean.
        method: `wilson` for true and false by default, else `t`.
        resamples: Of the bootstrap.
        seed: Of the bootstrap; groups of equal values get equal intervals.

    Returns:
        The columns of the groups, in the order in which they come; `n`, how many
        values there are; `missing`, how many rows have none (null or NaN), which do not
        count; `mean`; `lower` and `upper`. Those are null where nothing is known: of a
        group without values and, except by Wilson's method, of one value.

    Raises:
        AnalysisError: There is no such column, a column of the groups has one of these
            names, the values are no numbers, or not 0 and 1 for Wilson's method, or
            there is no such method or confidence.
    """
    import polars as pl

    groups = [group_cols] if isinstance(group_cols, str) else list(group_cols)
    _check_columns(df, groups, value_col)
    kind = df.schema[value_col]
    if not (kind.is_numeric() or kind.is_(pl.Boolean) or kind.is_(pl.Null)):
        raise AnalysisError(f"the values of {value_col!r} are {kind}, and no numbers")
    usual = "wilson" if kind == pl.Boolean else "t"
    asked = Asked(method or usual, confidence, resamples, seed)
    found: list[dict[str, Any]] = []
    parts: Mapping[tuple[object, ...], pl.DataFrame] = {(): df} if len(df) else {}
    if groups:
        parts = df.partition_by(groups, maintain_order=True, as_dict=True)
    for key, part in parts.items():
        values = part[value_col].cast(pl.Float64)
        found.append(dict(zip(groups, key, strict=True)) | _summary(values, asked))
    numbers = dict.fromkeys(_COLUMNS[:2], pl.Int64)
    numbers |= dict.fromkeys(_COLUMNS[2:], pl.Float64)
    return pl.DataFrame(found, {name: df.schema[name] for name in groups} | numbers)


def _check_columns(df: pl.DataFrame, groups: list[str], value: str) -> None:
    for name in (*groups, value):
        if name not in df.columns:
            known = ", ".join(df.columns)
            raise AnalysisError(f"no column {name!r}", hint=f"there are: {known}")
    if taken := [name for name in groups if name in _COLUMNS]:
        raise AnalysisError(
            f"a column of groups cannot be named {taken[0]!r}, as a result is",
            hint=f"df.rename({{{taken[0]!r}: …}})",
        )


def _summary(values: pl.Series, asked: Asked) -> dict[str, Any]:
    there = values.drop_nulls().drop_nans().to_numpy()
    count = len(there)
    low, high = asked.bounds(there) if count else (None, None)
    mean = float(there.mean()) if count else None
    cells = (count, len(values) - count, mean, low, high)
    return dict(zip(_COLUMNS, cells, strict=True))


def collate_sweep_evals(
    states: Sequence[WorkflowState],
    eval_step_name: str,
    metrics: str | Sequence[str] | None = None,
    eval_atom_key: str = "eval",
) -> pl.DataFrame:
    """Give the results of a sweep as a frame with a row for each point, in order.

    Args:
        states: What `run_sweep` gave.
        eval_step_name: The step that evaluates.
        metrics: Which of the numbers to take; all of them, if not given. Those within
            others have dotted names.
        eval_atom_key: The name of the step's output that has the numbers.

    Returns:
        A column for each setting by its dotted path; `status`, which is `completed` or
        how the first step ended that was not; `error`, why; and the numbers, null where
        there is none. A point that failed after it was evaluated has its numbers.

    Raises:
        AnalysisError: The step has no such output, or no result such a number.
        UnknownStepError: There is no such step.
        AtomNotFoundError: A result is not in the store any more.
    """
    wanted = [metrics] if isinstance(metrics, str) else metrics
    rows: list[dict[str, Any]] = []
    results: list[Mapping[str, Any]] = []
    for state in states:
        step = state.step(eval_step_name)
        numbers = _numbers(step, eval_atom_key) if step else {}
        settings = {key: _setting(text) for key, text in state.settings.items()}
        results.append(numbers)
        rows.append({**settings, **_ending(state)})
    known = dict.fromkeys(name for numbers in results for name in numbers)
    for name in wanted or ():
        if known and name not in known:
            names = ", ".join(known)
            raise AnalysisError(f"no metric {name!r}", hint=f"there are: {names}")
    names = list(known if wanted is None else wanted)
    for row, numbers in zip(rows, results, strict=True):
        row |= {name: numbers.get(name) for name in names}
    return frames.table(rows)


def _setting(text: str) -> object:
    """Give the value that a setting was written for: as JSON, or a word as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return one_value(text)


def _ending(state: WorkflowState) -> dict[str, str | None]:
    bad = [*state.failed, *(step for step in state if not step)]
    if not bad:
        return {"status": "completed", "error": None}
    return {"status": bad[0].status, "error": bad[0].error}


def _numbers(step: StepState, key: str) -> dict[str, Any]:
    from sweepflow.analysis.settings import flatten
    from sweepflow.atom import EvalAtom

    if key not in step.output_atoms:
        there = ", ".join(step.output_atoms) or "none"
        raise AnalysisError(
            f"the step {step.name!r} has no output {key!r}",
            hint=f"give eval_atom_key=…, which may be: {there}",
        )
    return dict(flatten(EvalAtom.get(step.output_atoms[key]).metrics))
