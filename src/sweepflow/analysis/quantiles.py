"""Quantiles of Student's t distribution, to ten digits or more.

For T with v degrees of freedom, P(|T| > t) = I_x(v/2, 1/2) with x = v / (v + t²), where
I is the regularised incomplete beta function (NIST Digital Library of Mathematical
Functions, 8.17; Abramowitz and Stegun, Handbook of Mathematical Functions, 26.5.27). It
is worked out from its continued fraction (DLMF 8.17.22) by Lentz's method (Applied
Optics 15, 668, 1976), and t is found by bisection.
"""

from __future__ import annotations

import math
from functools import lru_cache

_TINY = 1e-300
_ENOUGH = 1e-16
_STEPS = 100_000


@lru_cache(maxsize=4096)
def two_sided_t(confidence: float, freedom: int) -> float:
    """Give the t for which P(|T| <= t) is `confidence`.

    Args:
        confidence: Between 0 and 1, both excluded.
        freedom: Degrees of freedom, 1 or more.
    """
    outside = 1 - confidence
    low, high = 0.0, 1.0
    while _beyond(high, freedom) > outside:
        low, high = high, 2 * high
    while True:
        middle = (low + high) / 2
        if middle in {low, high}:
            return middle
        if _beyond(middle, freedom) > outside:
            low = middle
        else:
            high = middle


def _beyond(t: float, freedom: int) -> float:
    """Give P(|T| > t)."""
    square = t * t
    x, rest = freedom / (freedom + square), square / (freedom + square)
    a, b = freedom / 2, 0.5
    if x == 0 or rest == 0:
        return float(rest == 0)
    power = a * (math.log(x) if x < 0.5 else math.log1p(-rest))
    front = math.exp(power + _log_ratio(a)) * math.sqrt(rest / math.pi)
    # The fraction converges fast on this side of the mean only.
    if x < (a + 1) / (a + b + 2):
        return front / a * _fraction(a, b, x)
    return 1 - front / b * _fraction(b, a, rest)


def _log_ratio(a: float) -> float:
    """Give the logarithm of Γ(a + 1/2) / Γ(a)."""
    if a < 500:
        return math.lgamma(a + 0.5) - math.lgamma(a)
    # For large a these are equal in all digits; DLMF 5.11.13 has the series.
    series = -1 / (8 * a) + 1 / (128 * a**2) + 5 / (1024 * a**3)
    return math.log(a) / 2 + math.log1p(series)


def _fraction(a: float, b: float, x: float) -> float:
    """Give the continued fraction of I_x(a, b)."""
    c, d = 1.0, 1 / _kept(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _kept(1 + term * d)
            c = _kept(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return value


def _kept(number: float) -> float:
    """Keep a number away from zero."""
    return _TINY if abs(number) < _TINY else number
