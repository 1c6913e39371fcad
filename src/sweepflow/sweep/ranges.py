"""Ranges of numbers, `start:stop:step` and `log(start:stop:count)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.sweep.numbers import print_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from sweepflow.sweep.numbers import Number
    from sweepflow.sweep.values import Piece

_LOG_DECIMALS = 5
"""What stands behind the first digit of the six that are printed."""

_LOG_PRECISION = 24
"""Digits that are computed with, so that the six are right over any span."""


class Range:
    """The numbers from `first` in steps of `step`, all times ten to `exponent`.

    Attributes:
        count: How many they are.
    """

    def __init__(
        self, first: int, step: int, count: int, exponent: int, *, point: bool
    ) -> None:
        self.count: Final = count
        self._first = first
        self._step = step
        self._exponent = exponent
        self._point = point

    def is_numeric(self) -> bool:
        return True

    def printed(self, power: int) -> Iterator[str]:
        """Yield each number times ten to `power`, as it is printed."""
        exponent = self._exponent + power
        scale = 10 ** max(exponent, 0)
        step = self._step * scale
        first = self._first * scale
        numbers = range(first, first + step * self.count, step)
        if self._point and not power:
            return (_with_point(print_number(n, exponent)) for n in numbers)
        if exponent >= 0:
            return map(str, numbers)
        return (print_number(n, exponent) for n in numbers)

    def __iter__(self) -> Iterator[Piece]:
        return ((text, False) for text in self.printed(0))


class LogRange:
    """`count` numbers, each the same multiple of the one before.

    Both ends are exact; what lies between is rounded to six significant digits.
    """

    def __init__(self, start: Number, stop: Number, count: int) -> None:
        self.count: Final = count
        self._start = start
        self._stop = stop

    def is_numeric(self) -> bool:
        return True

    def printed(self, power: int) -> Iterator[str]:
        """Yield each number times ten to `power`, as it is printed."""
        import decimal  # here, since every start would pay for it

        exact = decimal.Context(prec=_LOG_PRECISION)
        yield str(self._start.scaled(power))
        start, stop = (
            exact.ln(decimal.Decimal(n.coefficient).scaleb(n.exponent, exact))
            for n in (self._start, self._stop)
        )
        width = exact.subtract(stop, start)
        for index in range(1, self.count - 1):
            share = exact.divide(
                decimal.Decimal(index), decimal.Decimal(self.count - 1)
            )
            value = exact.exp(exact.fma(width, share, start))
            digits, _, exponent = f"{value:.{_LOG_DECIMALS}e}".partition("e")
            coefficient = int(digits.replace(".", ""))
            yield print_number(coefficient, int(exponent) - _LOG_DECIMALS + power)
        if self.count > 1:
            yield str(self._stop.scaled(power))

    def __iter__(self) -> Iterator[Piece]:
        return ((text, False) for text in self.printed(0))


def _with_point(number: str) -> str:
    return number if "." in number or "e" in number else f"{number}.0"
