"""Numbers as they are written: read, scaled and printed without any rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

SI = {
    "f": -15,
    "p": -12,
    "n": -9,
    "u": -6,
    "\u00b5": -6,  # the micro sign
    "\u03bc": -6,  # the Greek letter that looks the same
    "m": -3,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
}
"""The power of ten that each SI prefix stands for."""

MAX_DIGITS = 100
MAX_EXPONENT = 308
"""What is computed with stays in the span of a double; other numbers are only text."""

_DIGITS = frozenset("0123456789")
_START = frozenset("0123456789+-.")
_SMALLEST_FIXED = -4
"""A smaller power of ten than this is printed as an exponent, as Python does."""


class Number:
    """`coefficient` times ten to the power of `exponent`, exactly.

    Attributes:
        point: Whether it was written with a decimal point.
    """

    __slots__ = ("coefficient", "exponent", "point")

    def __init__(self, coefficient: int, exponent: int, *, point: bool) -> None:
        self.coefficient: Final = coefficient
        self.exponent: Final = exponent
        self.point: Final = point

    @classmethod
    def read(cls, text: str) -> Number | None:
        """Give the number that `text` is, or None if it is none to compute with."""
        if not is_number(text):
            return None
        mantissa, _, power = text.replace("_", "").lower().partition("e")
        whole, point, fraction = mantissa.partition(".")
        exponent = _small_int(power or "0", digits=3)
        coefficient = _small_int(whole + fraction, digits=MAX_DIGITS)
        if exponent is None or coefficient is None or len(fraction) > MAX_DIGITS:
            return None
        if abs(exponent) > MAX_EXPONENT:
            return None
        return cls(coefficient, exponent - len(fraction), point=bool(point))

    def scaled(self, power: int) -> Number:
        """Give this number times ten to `power`."""
        return Number(self.coefficient, self.exponent + power, point=False)

    def to_scale(self, exponent: int) -> int:
        """Give the coefficient of this number over the lower power `exponent`."""
        return self.coefficient * 10 ** (self.exponent - exponent)

    def __str__(self) -> str:
        return print_number(self.coefficient, self.exponent)


def is_number(text: str) -> bool:
    """Tell whether `text` is a decimal number and nothing else."""
    return bool(text) and _number_end(text) == len(text)


def read_quantity(text: str) -> Number | None:
    """Give the number that `text` is, with an SI prefix directly behind it or none."""
    if text[:1] not in _START:
        return None
    if text[-1] in SI:
        number = Number.read(text[:-1])
        return number and number.scaled(SI[text[-1]])
    return Number.read(text)


def read_exponent(text: str) -> int | None:
    """Give the power of ten that `text` is as a suffix: `k`, `e-3`."""
    if text in SI:
        return SI[text]
    if text[:1] not in {"e", "E"} or not is_number(f"1{text}"):
        return None
    power = _small_int(text[1:].replace("_", ""), digits=3)
    return power if power is not None and abs(power) <= MAX_EXPONENT else None


def print_number(coefficient: int, exponent: int) -> str:
    """Give the shortest exact decimal form; a whole number has neither point nor e."""
    if exponent >= 0 or not coefficient:
        return str(coefficient * 10**exponent) if coefficient else "0"
    sign = "-" if coefficient < 0 else ""
    written = str(abs(coefficient))
    digits = written.rstrip("0")
    exponent += len(written) - len(digits)
    if exponent >= 0:
        return sign + digits + "0" * exponent
    whole = len(digits) + exponent
    if whole > 0:
        return f"{sign}{digits[:whole]}.{digits[whole:]}"
    if whole > _SMALLEST_FIXED:
        return f"{sign}0.{'0' * -whole}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{whole - 1}"


def _small_int(text: str, *, digits: int) -> int | None:
    """Give the integer that `text` is, or None if it has more than `digits` digits."""
    sign = -1 if text[0] == "-" else 1
    significant = text.lstrip("+-").lstrip("0")
    return sign * int(significant or "0") if len(significant) <= digits else None


def _number_end(text: str) -> int:
    """Give where the number at the start of `text` ends; 0 if there is none."""
    start = 1 if text[:1] in {"+", "-"} else 0
    end = _digits_end(text, start)
    if text[end : end + 1] == ".":
        fraction = _digits_end(text, end + 1)
        if end > start or fraction > end + 1:
            end = fraction
    if end == start:
        return 0
    if text[end : end + 1] in {"e", "E"}:
        power = end + 2 if text[end + 1 : end + 2] in {"+", "-"} else end + 1
        power_end = _digits_end(text, power)
        if power_end > power:
            end = power_end
    return end


def _digits_end(text: str, start: int) -> int:
    """Give where the digits that stand at `start` end; single `_` may part them."""
    end = start
    size = len(text)
    while end < size:
        if text[end] in _DIGITS:
            end += 1
        elif text[end] == "_" and end > start and text[end + 1 : end + 2] in _DIGITS:
            end += 2
        else:
            break
    return end
