"""The values of overrides, as Hydra reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from sweepflow.sweep.numbers import is_number

if TYPE_CHECKING:
    from collections.abc import Iterable

Scalar: TypeAlias = bool | float | str | None

_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_LARGEST: Final = 2**63 - 1
"""What databases and frames take for a number."""


def read_params(overrides: Iterable[str]) -> dict[str, Scalar]:
    """Give the parameters that overrides are about, with their values.

    What is no number, truth value or null stays a text, such as several values.
    """
    pairs = (override.partition("=") for override in overrides)
    return {
        key.lstrip("+~"): read_scalar(text) for key, equals, text in pairs if equals
    }


def read_scalar(text: str) -> Scalar:
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
