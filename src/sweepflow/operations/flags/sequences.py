"""Guild's texts for several values: `range[0:1:0.1]`, `linspace`, `logspace`, `[1]*3`.

A range ends with its last number, where that is met; numbers are rounded to eight
places, as long as that keeps them.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from sweepflow.errors import PlanError
from sweepflow.operations.flags.ranges import read_range
from sweepflow.operations.flags.scalars import read_number
from sweepflow.sweep import DEFAULT_LIMIT

_CALL: Final = re.compile(r"([A-Za-z]\w*)\[(.*)\]", re.DOTALL)
_SEQUENCES: Final = {
    "range": "range[END], range[START:END] or range[START:END:STEP]",
    "linspace": "linspace[START:END] or linspace[START:END:COUNT]",
    "logspace": "logspace[START:END], logspace[START:END:COUNT] or "
    "logspace[START:END:COUNT:BASE]",
}
_UNKNOWN: Final = {"geomspace", "arange"}
_ROUND: Final = 8
_KEPT: Final = 1e-3


def read_sequence(text: str) -> list[int | float] | None:
    """Give the numbers of `range[...]`, `linspace[...]` or `logspace[...]`.

    None stands for any other text.

    Raises:
        PlanError: It is one of them with arguments that have no meaning, a sequence
            that does not exist, or a range to search in.
    """
    if read_range(text) is not None:
        raise not_searched(text)
    call = _CALL.fullmatch(text)
    if call is None:
        return None
    name, arguments = call[1], call[2]
    if name in _UNKNOWN:
        raise PlanError(
            f"there is no sequence {name!r}: {text}",
            hint="write range[...], linspace[...], logspace[...] or log(...)",
        )
    if name not in _SEQUENCES:
        return None
    numbers = [read_number(part.strip()) for part in arguments.split(":")]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        raise _wrong(name, text, "its arguments are to be numbers")
    return _expand(name, known, text)


def _expand(name: str, numbers: list[int | float], text: str) -> list[int | float]:
    least, most = {"range": (1, 3), "linspace": (2, 3), "logspace": (2, 4)}[name]
    if not least <= len(numbers) <= most:
        raise _wrong(name, text, f"it has {len(numbers)} numbers")
    if not all(abs(number) <= 1e308 for number in numbers):  # neither inf nor nan
        raise _wrong(name, text, "its numbers are to be finite")
    if name == "range":
        return _range(numbers, text)
    start, end = numbers[:2]
    count, base = [*numbers[2:], *(5, 10)[len(numbers) - 2 :]]
    if not isinstance(count, int) or count < 0:
        raise _wrong(name, text, f"{count!r} is no count")
    _limit(count, text)
    places = [start + (end - start) * n / max(count - 1, 1) for n in range(count)]
    if name == "linspace":
        return [_rounded(float(place)) for place in places]
    try:
        return [_rounded(float(base**place)) for place in places]
    except (OverflowError, ZeroDivisionError, TypeError):
        raise _wrong(name, text, "its values are no finite numbers") from None


def _range(numbers: list[int | float], text: str) -> list[int | float]:
    start, end, step = map(
        _exact, [*numbers, 1][:3] if numbers[1:] else [0, numbers[0], 1]
    )
    if not step:
        raise _wrong("range", text, "its step is 0")
    steps = (end - start) / step
    # Of a range with nothing but an end, that is no part, as in Python.
    count = math.floor(steps) + 1 if numbers[1:] else math.ceil(steps)
    _limit(count, text)
    kind = float if any(isinstance(number, float) for number in numbers) else int
    return [kind(start + n * step) for n in range(count)]


def _exact(number: float) -> Fraction:
    return Fraction(Decimal(repr(number)))


def _rounded(number: float) -> float:
    short = round(number, _ROUND)
    return short if abs(short - number) <= abs(number) * _KEPT else number


def _limit(count: int, text: str) -> None:
    if count > DEFAULT_LIMIT:
        raise PlanError(
            f"{text} has {count:,} values, more than the limit of {DEFAULT_LIMIT:,}",
            hint="write a larger step or a smaller count",
        )


def _wrong(name: str, text: str, reason: str) -> PlanError:
    return PlanError(f"{text}: {reason}", hint=f"write {_SEQUENCES[name]}")


def not_searched(text: str) -> PlanError:
    """Give what to say of a range where there is no search."""
    return PlanError(
        f"{text} is a range to search in, and nothing is searched here",
        hint="give it to `sweepflow run`, or write the values to try: "
        "range[START:END:STEP], linspace[START:END:COUNT] or log(START:END:COUNT)",
    )
