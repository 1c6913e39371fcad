"""What a log of Inspect says: whether it may be trusted, metrics, samples."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from sweepflow.evals.errors import EvaluationFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspect_ai.log import EvalLog, EvalMetric, EvalSample, EvalScore

SHOWN: Final = 3
"""How many samples an error names."""

_SPREADS: Final = ("stderr", "bootstrap_stderr")
_MEANS: Final = ("accuracy", "mean")


def check_log(log: EvalLog) -> None:
    """See whether every sample that was asked for has been scored.

    Raises:
        EvaluationFailedError: It was not.
    """
    samples, results = log.samples or [], log.results
    failed = [f"{_name(one)}: {one.error.message}" for one in samples if one.error]
    if failed:
        raise EvaluationFailedError(
            f"{len(failed)} of {_asked(log)} samples failed: {_some(failed)}"
        )
    if log.status != "success":
        reason = log.error.message if log.error else "the log does not say why"
        raise EvaluationFailedError(f"the evaluation ended as {log.status!r}: {reason}")
    if not samples:
        raise EvaluationFailedError("the task has no samples")
    if results is None or not results.scores:
        raise EvaluationFailedError("the log has no scores: the task has no scorer")
    done = min(results.completed_samples, len(samples))
    if done < results.total_samples:
        raise EvaluationFailedError(
            f"only {done} of {results.total_samples} samples were evaluated"
        )
    unscored = list(_unscored(samples))
    if unscored:
        raise EvaluationFailedError(f"not all samples were scored: {_some(unscored)}")


def metrics_of(scores: Sequence[EvalScore]) -> dict[str, float]:
    """Give numbers by name.

    A name is made of, each before a slash and only where it is needed to tell: the
    scorer, the part of its score, the reducer of epochs; then the metric, and after a
    slash the group. A standard error is named after the mean that it is of.

    Raises:
        EvaluationFailedError: Two of them would have the same name.
    """
    metrics: dict[str, float] = {}
    scorers = {score.scorer for score in scores}
    reducers: defaultdict[tuple[str, str], set[str | None]] = defaultdict(set)
    for score in scores:
        reducers[score.scorer, score.name].add(score.reducer)
    for score in scores:
        prefix = [score.scorer] if len(scorers) > 1 else []
        prefix += [score.name] if score.name != score.scorer else []
        if score.reducer and len(reducers[score.scorer, score.name]) > 1:
            prefix.append(score.reducer)
        for name, value in _named(score.metrics):
            full = "/".join([*prefix, name])
            if full in metrics:
                raise EvaluationFailedError(f"two metrics are both named {full!r}")
            metrics[full] = value
    return metrics


def rows_of(log: EvalLog) -> Iterator[dict[str, Any]]:
    """Give a row for each sample, in the order of the dataset and then of epochs."""
    order = {str(each): n for n, each in enumerate(log.eval.dataset.sample_ids or [])}
    samples = log.samples or []
    for one in sorted(samples, key=lambda s: (order.get(str(s.id), -1), s.epoch)):
        yield _plain(
            {
                "id": one.id,
                "epoch": one.epoch,
                "input": _input(one),
                "target": one.target,
                "completion": one.output.completion,
                "scores": {
                    name: {
                        "value": score.value,
                        "answer": score.answer,
                        "explanation": score.explanation,
                    }
                    for name, score in (one.scores or {}).items()
                },
                "metadata": one.metadata,
                "limit": one.limit.type if one.limit else None,
                "error": None,
            }
        )


def _named(metrics: Mapping[str, EvalMetric]) -> Iterator[tuple[str, float]]:
    parts = {key: _parts(key, metric) for key, metric in metrics.items()}
    for key, (base, leaf) in parts.items():
        siblings = {base for base, other in parts.values() if other == leaf}
        mean = next((one for one in _MEANS if one in siblings), None)
        name = f"{mean}_{base}" if base in _SPREADS and mean else base
        yield "/".join([name, *leaf]), float(metrics[key].value)


def _parts(key: str, metric: EvalMetric) -> tuple[str, tuple[str, ...]]:
    """Split a metric's name into that of its function, and what it is a value of."""
    if metric.group is None:
        return key, ()
    if metric.group == "grouped":  # of another metric, by a key of the metadata
        inner, key = metric.params["metric"], metric.params["group_key"]
        return str(inner["name"]), (str(key), metric.name)
    return metric.group, (metric.name,)


def _unscored(samples: Sequence[EvalSample]) -> Iterator[str]:
    """Give those which Inspect would leave out of a metric without a word.

    A scorer that gives None says that the sample is none of its own; some other has to
    score it.
    """
    for one in samples:
        scores = one.scores or {}
        if not scores:
            yield _name(one)
        for name, score in scores.items():
            if _is_nan(score.value):
                yield f"{_name(one)} by {name!r}"


def _asked(log: EvalLog) -> int:
    return log.results.total_samples if log.results else len(log.samples or [])


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _name(sample: EvalSample) -> str:
    epoch = f" in epoch {sample.epoch}" if sample.epoch > 1 else ""
    return f"sample {sample.id!r}{epoch}"


def _some(found: Sequence[str]) -> str:
    more = len(found) - SHOWN
    return "; ".join(found[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _input(sample: EvalSample) -> object:
    """Give the input without the ids of messages, which are random."""
    if isinstance(sample.input, str):
        return sample.input
    return [{"role": one.role, "content": one.text} for one in sample.input]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what JSON can say of a row; a number that is none becomes null."""
    from pydantic_core import to_json

    return json.loads(to_json(row, fallback=str, inf_nan_mode="null"))
