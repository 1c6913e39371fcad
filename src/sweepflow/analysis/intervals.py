"""Confidence intervals of a mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, TypeAlias

from sweepflow.analysis.errors import AnalysisError
from sweepflow.analysis.quantiles import two_sided_t

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values: TypeAlias = NDArray[np.float64]

Method: TypeAlias = Literal["t", "wilson", "bootstrap"]
Bounds: TypeAlias = tuple[float, float] | tuple[None, None]

_AT_ONCE = 1_000_000
"""How many values are drawn at a time, so that they fit into the memory."""


@dataclass(frozen=True)
class Asked:
    """What interval is asked for; see `compute_ci_df`."""

    method: Method
    confidence: float
    resamples: int
    seed: int

    def __post_init__(self) -> None:
        if not 0 < self.confidence < 1:
            raise AnalysisError(
                f"the confidence is {self.confidence}, and has to be between 0 and 1",
                hint="write 0.95 for 95 %",
            )
        if self.method not in {"t", "wilson", "bootstrap"}:
            raise AnalysisError(
                f"there is no method {self.method!r}", hint="t, wilson or bootstrap"
            )
        if self.resamples < 1:
            raise AnalysisError(f"{self.resamples} resamples say nothing")

    def bounds(self, values: Values) -> Bounds:
        """Give the interval of the mean of at least one value.

        Raises:
            AnalysisError: Wilson's method is for values of 0 and 1.
        """
        if self.method == "wilson":
            return _wilson(values, self.confidence)
        if len(values) < 2:
            return None, None  # one value does not tell how much values differ
        if self.method == "t":
            return _student(values, self.confidence)
        return _bootstrap(values, self)


def _student(values: Values, confidence: float) -> Bounds:
    count, mean = len(values), float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(count)
    half = two_sided_t(confidence, count - 1) * error
    return mean - half, mean + half


def _wilson(values: Values, confidence: float) -> Bounds:
    if not ((values == 0) | (values == 1)).all():
        raise AnalysisError(
            "Wilson's interval is for values that are 0 or 1, or true or false",
            hint='write method="t" or method="bootstrap"',
        )
    count, share = len(values), float(values.mean())
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    square = z * z
    scale = 1 + square / count
    center = (share + square / (2 * count)) / scale
    spread = share * (1 - share) / count + square / (4 * count * count)
    half = z * math.sqrt(spread) / scale
    # Exactly so where all are alike, whatever rounding says.
    low = 0.0 if share == 0 else center - half
    return low, 1.0 if share == 1 else center + half


def _bootstrap(values: Values, asked: Asked) -> Bounds:
    import numpy as np

    # From the start for each group, which then does not depend on the others.
    random = np.random.default_rng(asked.seed)
    means = np.empty(asked.resamples)
    block = max(1, _AT_ONCE // len(values))
    for start in range(0, asked.resamples, block):
        count = min(block, asked.resamples - start)
        drawn = random.integers(0, len(values), (count, len(values)))
        means[start : start + count] = values[drawn].mean(axis=1)
    tail = (1 - asked.confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
