"""One value that stands for several arguments, in parts."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sweepflow.errors import PlanError
from sweepflow.operations.flags.values import format_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.operations.flags.model import Value


def split_text(text: str, by: bool | str) -> list[str]:
    """Give the parts of `text`: as a shell splits it, or at each `by`.

    Raises:
        PlanError: A quote has no partner.
    """
    if by is not True and by != "shlex":
        return [part for part in text.split(str(by)) if part]
    try:
        return shlex.split(text)
    except ValueError:
        raise PlanError(
            f"a quote has no partner: {text}", hint="close the quote"
        ) from None


def join_values(values: Iterable[Value], *, typed: bool) -> str:
    """Write values so that a shell splits them again.

    Args:
        values: The parts.
        typed: Whether each is to be read as a value again; else it is an argument.
    """
    return " ".join(
        shlex.quote(
            value if isinstance(value, str) and not typed else format_value(value)
        )
        for value in values
    )
