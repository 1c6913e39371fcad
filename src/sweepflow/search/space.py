"""What a search may choose from: ranges of numbers, and choices."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from sweepflow.errors import PlanError
from sweepflow.sweep import Sweep
from sweepflow.sweep.numbers import read_quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Value: TypeAlias = bool | int | float | str | None

_LOG: Final = re.compile(r"log\(([^()]*)\)")
_WORD: Final = re.compile(
    r"""(?:
        \\[\s\S] | '[^']*' | "(?:[^"\\]|\\[\s\S])*"
        | \([^()]*\) | \[[^\[\]]*\] | \{[^{}]*\}
        | (?<!\S)\#.* | \S
    )+""",
    re.VERBOSE,
)
"""A word, or a comment."""
_FORMS: Final = "LOW:HIGH, LOW:HIGH:STEP, log(LOW:HIGH) or values with commas"


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`, both of them included.

    They are whole numbers where `low`, `high` and `step` are.

    Args:
        step: What they are apart, counted from `low`; None for any number between,
            or any whole one.
        log: Whether equal factors are equally likely, and not equal differences.
        first: What the first trial takes, if that is said.

    Raises:
        PlanError: There is no number in it, or it has no logarithm.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False
    first: float | None = None

    def __post_init__(self) -> None:
        text = f"{self.low:g}:{self.high:g}"
        if not all(map(math.isfinite, (self.low, self.high))):
            raise PlanError(f"the range {text} has no end", hint="write finite numbers")
        if not self.is_whole and not math.isfinite(float(self.high) - self.low):
            raise PlanError(
                f"the range {text} is wider than numbers can be",
                hint="write ends that are closer",
            )
        if self.low > self.high:
            raise PlanError(
                f"the range {text} holds no number",
                hint=f"write the lower one first: {self.high:g}:{self.low:g}",
            )
        if self.log and self.low <= 0:
            raise PlanError(
                f"the range {text} has no logarithm",
                hint="let it begin above 0, or write it without log",
            )
        if self.step is not None and (self.step <= 0 or self.log):
            raise PlanError(
                f"the range {text} cannot have the step {self.step:g}",
                hint="write one above 0, or none",
            )
        if self.first is not None and not self.low <= self.first <= self.high:
            raise PlanError(
                f"the first value {self.first:g} is not in the range {text}",
                hint="write one that is, or none",
            )

    @property
    def is_whole(self) -> bool:
        """Whether all its numbers are whole ones."""
        return all(isinstance(n, int) for n in (self.low, self.high, self.step or 1))

    def __str__(self) -> str:
        step = "" if self.step is None else f":{self.step!r}"
        text = f"{self.low!r}:{self.high!r}{step}"
        return f"log({text})" if self.log else text


@dataclass(frozen=True, slots=True)
class Choices:
    """Values without an order.

    Args:
        values: Each once.
        first: As for `Range`.

    Raises:
        PlanError: There is none.
    """

    values: tuple[Value, ...]
    first: Value = None

    def __post_init__(self) -> None:
        if not self.values:
            raise PlanError("there is no value to choose", hint="write some values")

    def __str__(self) -> str:
        return ",".join(map(as_text, self.values))


Dimension: TypeAlias = Range | Choices


def split_space(text: str) -> list[str]:
    """Split the text of a search into words: a blank in quotes or brackets is none.

    The quotes stay, since they say what belongs together: `"a,b",c` are two choices.
    """
    return [found[0] for found in _WORD.finditer(text) if not found[0].startswith("#")]


def read_word(word: str) -> tuple[str, Dimension]:
    """Give the name of a parameter, with its prefix, and what may be chosen for it.

    Raises:
        PlanError: A range has no meaning, or there is no value.
        SweepSyntaxError: It is no range, and no list of values either.
    """
    key, equals, text = word.partition("=")
    if not equals:
        raise PlanError(
            f"{word!r} says nothing of where to search",
            hint=f"write {word}=LOW:HIGH, or values with commas",
        )
    if found := _read_range(text):
        (name, _), *_ = _expanded(f"{key}=1")
        if name != key:
            raise PlanError(
                f"the range {text} cannot have the suffix in {key!r}",
                hint=f"write it behind the numbers, such as {name}=1m:9m",
            )
        return key, found
    named = _expanded(word)
    values = dict.fromkeys(value for _, value in named)
    if not values or any("," in value and text.count("|") for value in values):
        raise PlanError(f"{word} is nothing to search in", hint=f"write {_FORMS}")
    return named[0][0], Choices(tuple(values))


def read_dimension(key: str, text: str) -> Dimension:
    """Give what stands behind `KEY=` in the text of a search.

    Raises:
        PlanError, SweepSyntaxError: As for `read_word`.
    """
    return read_word(f"{key}={text}")[1]


def _expanded(word: str) -> list[tuple[str, str]]:
    """Give the names, which have lost a suffix such as `/m`, and the values."""
    cut = (batch[0].partition("=") for batch in Sweep.parse_word(word).expand())
    return [(name, value) for name, _, value in cut]


def _read_range(text: str) -> Range | None:
    log = _LOG.fullmatch(text)
    parts = (log[1] if log else text).split(":")
    numbers = [read_number(part.strip()) for part in parts]
    known = [number for number in numbers if number is not None]
    if len(known) < len(parts) or len(parts) not in {2, 2 if log else 3}:
        return None
    return Range(*known, log=bool(log))


def extremes(space: Mapping[str, Dimension]) -> list[dict[str, Value]]:
    """Give a few combinations that have every bound and every choice of a space."""
    values = {name: _ends(one) for name, one in space.items()}
    most = max(map(len, values.values()))
    return [
        {name: of[index % len(of)] for name, of in values.items()}
        for index in range(most)
    ]


def _ends(one: Dimension) -> list[Value]:
    if isinstance(one, Choices):
        return [*one.values]
    return [one.low, one.high, *([] if one.first is None else [one.first])]


def read_number(text: str) -> int | float | None:
    """Give a number as it is written, `0.1`, `1e-3` or `10k`; None for any other text.

    It is whole where it has neither point nor exponent.
    """
    quantity = read_quantity(text)
    if quantity is None:
        return None
    is_whole = quantity.exponent >= 0 and not set(text) & {".", "e", "E"}
    return int(str(quantity)) if is_whole else float(str(quantity))


def as_text(value: Value) -> str:
    """Write a value as YAML and Hydra read it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_words(values: Iterable[tuple[str, Value]]) -> list[str]:
    """Give the overrides `KEY=VALUE` of some values."""
    return [f"{key}={as_text(value)}" for key, value in values]
