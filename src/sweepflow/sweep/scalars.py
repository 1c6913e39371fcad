"""The value of an override, as Hydra reads it."""

from __future__ import annotations

from typing import Final

from sweepflow.sweep.numbers import is_number

_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_LARGEST: Final = 2**63 - 1
"""What databases and frames take for a number."""


def read_scalar(text: str) -> bool | float | str | None:
    """Give the number, truth value or null that a text is; else the text."""
    if (word := text.lower()) in _CONSTANTS:
        return _CONSTANTS[word]
    if not is_number(text):
        return text
    is_whole = text.lstrip("+-").replace("_", "").isdigit()
    try:
        number = int(text) if is_whole else float(text)
    except ValueError:  # more digits than Python reads
        return text
    return number if -_LARGEST <= number <= _LARGEST else text
