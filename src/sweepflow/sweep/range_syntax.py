"""Reading ranges, `start:stop:step:suffix` and `log(start:stop:count)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.sweep.errors import shown
from sweepflow.sweep.numbers import SI, Number, is_number, read_exponent
from sweepflow.sweep.ranges import LogRange, Range

if TYPE_CHECKING:
    from typing import Final

    from sweepflow.sweep.errors import SweepSyntaxError
    from sweepflow.sweep.scanner import Scanner

_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


class _Part:
    """What stands between two colons, and where."""

    def __init__(self, scanner: Scanner, text: str, column: int) -> None:
        padding = len(text) - len(text.lstrip())
        self.text: Final = text.strip()
        self.column: Final = column + padding
        self._scanner = scanner

    def error(self, message: str, hint: str) -> SweepSyntaxError:
        return self._scanner.error(message, hint, self.column)

    def number(self) -> Number:
        number = Number.read(self.text)
        if number is None:
            raise self.error(
                f"{shown(self.text)} is too long or too large to count with",
                "write a number of at most 100 digits between 1e-308 and 1e308",
            )
        return number


def has_range_shape(text: str) -> bool:
    """Tell whether `text` is a range or was meant as one.

    That is, numbers with a `:` between them, where the last of three or four may be a
    suffix. Addresses, tags and times with any other part are no ranges.
    """
    first, *middle = text.split(":")
    if not middle or not (first == "" or _is_numeric(first)):
        return False
    last = middle.pop()
    if not all(map(_is_numeric, middle)):
        return False
    if _is_numeric(last):
        return True
    return len(middle) in {1, 2} or (
        len(middle) > 2 and read_exponent(last) is not None
    )


def read_range(scanner: Scanner, start: int, stop: int) -> Range | None:
    """Read the range that stands from `start` to `stop`; None if it is other text.

    Raises:
        SweepSyntaxError: It was meant as a range, and is none.
    """
    text = scanner.text[start:stop]
    if not has_range_shape(text):
        return None
    parts = _split(scanner, start, stop)
    for part in parts:
        if _is_hexadecimal(part.text):
            raise part.error(
                "hexadecimal ranges are not supported",
                f"write the numbers in decimal, or {_as_text(text)} for the text",
            )
    power = 0 if is_number(parts[-1].text) else _power(parts.pop())
    if len(parts) > 3:
        raise parts[3].error(
            "too many ':' in a range",
            f"write start:stop:step, or {_as_text(text)} for the text",
        )
    numbers = [part.number() for part in parts if part.text]
    point = not power and all(number.point for number in numbers)
    if not parts[0].text:
        numbers.insert(0, Number(0, 0, point=False))
    if len(numbers) == 2:
        numbers.append(Number(1, 0, point=False))
    exponent = min(number.exponent for number in numbers)
    first, last, step = (number.to_scale(exponent) for number in numbers)
    if not step:
        raise parts[2].error("the step of a range is 0", "write a step such as 1 or -1")
    if (last - first) * step < 0:
        raise _empty(parts, text)
    return Range(first, step, (last - first) // step + 1, exponent + power, point=point)


def read_log(scanner: Scanner, start: int) -> LogRange:
    """Read the `log(start:stop:count)` whose bracket opens at the position.

    Args:
        scanner: It stands at the bracket, and is left behind the closing one.
        start: Where the word `log` stands.

    Raises:
        SweepSyntaxError: It is malformed.
    """
    close = scanner.text.find(")", scanner.pos)
    if close < 0:
        raise scanner.unclosed_bracket(scanner.pos)
    parts = _split(scanner, scanner.pos + 1, close)
    if len(parts) != 3 or not all(is_number(part.text) for part in parts):
        raise scanner.error(
            f"{shown(scanner.text[start : close + 1])} is not log(start:stop:count)",
            "write three numbers, as in log(1e-4:0.1:10), or quotes around the text",
            start,
        )
    first, last, count = (part.number() for part in parts)
    for number, part in ((first, parts[0]), (last, parts[1])):
        if number.coefficient <= 0:
            raise part.error(
                f"log() cannot reach {shown(part.text)}",
                "write ends above zero; -log(1:100:3) gives negative values",
            )
    if count.exponent or count.coefficient < 1:
        raise parts[2].error(
            f"{shown(parts[2].text)} is no number of values",
            "write a whole number from 1 on, as in log(1e-4:0.1:10)",
        )
    scanner.pos = close + 1
    return LogRange(first, last, count.coefficient)


def _split(scanner: Scanner, start: int, stop: int) -> list[_Part]:
    parts: list[_Part] = []
    for text in scanner.text[start:stop].split(":"):
        parts.append(_Part(scanner, text, start))
        start += len(text) + 1
    return parts


def _is_numeric(text: str) -> bool:
    return is_number(text) or _is_hexadecimal(text)


def _is_hexadecimal(text: str) -> bool:
    digits = text[2:] if text[:2] in {"0x", "0X"} else ""
    return bool(digits) and _HEX_DIGITS.issuperset(digits)


def _power(suffix: _Part) -> int:
    """Give the power of ten of a range's suffix."""
    power = read_exponent(suffix.text)
    if power is not None:
        return power
    if not suffix.text:
        raise suffix.error("nothing follows the last ':'", "write a step or a suffix")
    other_case = suffix.text.swapcase()
    meant = f" (did you mean {other_case}?)" if other_case in SI else ""
    raise suffix.error(
        f"unknown suffix {shown(suffix.text)}{meant}",
        "write one of f p n u µ m k M G T or an exponent such as e-3, "
        "or put the value in quotes",
    )


def _empty(parts: list[_Part], text: str) -> SweepSyntaxError:
    start, stop, *step = (part.text for part in parts)
    start = start or "0"
    if not step:
        instead = f"{start}:{stop}:-1"
    elif step[0].startswith("-"):
        instead = f"{start}:{stop}:{step[0][1:]}"
    else:
        instead = f"{start}:{stop}:-{step[0].lstrip('+')}"
    return parts[-1].error(
        f"empty range: the step leads from {_shortened(start)} away from "
        f"{_shortened(stop)}",
        f"write {_shortened(instead)}, or {_as_text(text)} for the text",
    )


def _as_text(text: str) -> str:
    return f"'{_shortened(text)}'"


def _shortened(text: str) -> str:
    return shown(text)[1:-1]
