"""Guild's texts for a range to search in: `[1:10]`, `loguniform[1e-4:0.1:0.01]`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sweepflow.errors import PlanError
from sweepflow.operations.flags.model import TEXT_TYPES
from sweepflow.operations.flags.scalars import read_number

if TYPE_CHECKING:
    from sweepflow.search.space import Range

_BARE: Final = re.compile(r"\[([^\[\]{}'\",]*:[^\[\]{}'\",]*)\]")
_NAMED: Final = re.compile(r"(uniform|loguniform|normal|lognormal)\[(.*)\]", re.DOTALL)
_FORMS: Final = "[LOW:HIGH], [LOW:HIGH:FIRST] or loguniform[LOW:HIGH]"


def read_range(text: str, flag_type: str = "") -> Range | None:
    """Give the range that a text stands for; None for any other text.

    Args:
        text: What stands behind `NAME=`, or the text that is a default.
        flag_type: One of Guild's types; that of a text takes only the bare form.

    Raises:
        PlanError: It was meant to be a range, and has no meaning.
    """
    inner = text.strip()
    if bare := _BARE.fullmatch(inner):
        name, numbers = "uniform", _numbers(bare[1])
        if None in numbers:
            return None
    elif (named := _NAMED.fullmatch(inner)) and flag_type not in TEXT_TYPES:
        name, numbers = named[1], _numbers(named[2])
    else:
        return None
    if name.endswith("normal"):
        raise PlanError(
            f"{inner}: there are no normal distributions to search in",
            hint=f"write {_FORMS}",
        )
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers) or len(known) not in {2, 3}:
        raise PlanError(f"{inner} is no range", hint=f"write {_FORMS}")
    try:
        return make_range(*known, log=name == "loguniform", flag_type=flag_type)
    except PlanError as error:
        raise PlanError(f"{inner}: {error.message}", hint=error.hint) from None


def make_range(
    low: float,
    high: float,
    first: float | None = None,
    *,
    log: bool,
    flag_type: str = "",
) -> Range:
    """Give a range with whole numbers if all of its own are, as in Guild.

    That of a logarithm has them only for a flag of type `int`, and that of a flag of
    type `float` has none.

    Raises:
        PlanError: There is no number in it, or `first` is not.
    """
    from sweepflow.search.space import Range

    given = [low, high] if first is None else [low, high, first]
    fractions = any(isinstance(number, float) for number in given)
    if fractions or flag_type == "float" or (log and flag_type != "int"):
        low, high, *rest = map(_float, given)
        first = rest[0] if rest else None
    return Range(low, high, log=log, first=first)


def _numbers(text: str) -> list[int | float | None]:
    return [read_number(part.strip()) for part in text.split(":")]


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        raise PlanError(
            f"{number} is too large to search up to", hint=f"write {_FORMS}"
        ) from None
