"""Plain text, as the number, truth value or nothing that it stands for."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sweepflow.operations.flags.model import Value

_MEANINGS: Final = {
    "null": None,
    "yes": True,
    "true": True,
    "on": True,
    "no": False,
    "false": False,
    "off": False,
}
_WORDS: Final = {
    "~": None,
    **{
        form: meaning
        for word, meaning in _MEANINGS.items()
        for form in (word, word.capitalize(), word.upper())
    },
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_CODED: Final = re.compile(r"[-+]?0(?:x[0-9a-fA-F]+|b[01]+)")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_ENDLESS: Final = re.compile(r"([-+]?)\.?(inf|infinity|nan)", re.IGNORECASE)
_MOST_DIGITS: Final = 4300  # of which Python reads an integer


def read_scalar(text: str) -> Value:
    """Give what `text` stands for; text that is no number and no word is itself."""
    word = text.strip()
    if word in _WORDS:
        return _WORDS[word]
    number = read_number(word)
    return text if number is None else number


def read_number(word: str) -> int | float | None:
    if _INTEGER.fullmatch(word):
        return int(word) if len(word) < _MOST_DIGITS else None
    if _CODED.fullmatch(word):
        return int(word, 0)
    if _FLOAT.fullmatch(word):
        return float(word)
    if found := _ENDLESS.fullmatch(word):
        return float(found[1] + found[2])
    return None


def write_scalar(value: bool | float | None) -> str:
    """Write what `read_scalar` reads as this value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value).replace("inf", ".inf").replace("nan", ".nan")
    return repr(value)
