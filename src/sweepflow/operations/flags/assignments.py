r"""`NAME=VALUE` words, as they stand on a command line and in a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.errors import PlanError
from sweepflow.operations.flags.values import parse_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sweepflow.operations.flags.model import FlagLike, Value


def split_words(text: str) -> list[str]:
    r"""Split the text of a step as a shell does, except that `\${` stays as it is.

    Raises:
        PlanError: A quote has no partner.
    """
    from sweepflow.project.operations.line import split

    try:
        return split(text)
    except ValueError:
        raise PlanError(
            f"a quote has no partner: {text}",
            hint="close the quote, or put a backslash before it",
        ) from None


def read_assignments(
    words: Iterable[str], flags: Sequence[FlagLike] = ()
) -> dict[str, Value]:
    """Give the values that `NAME=VALUE` words assign; the last word for a name wins.

    Args:
        words: As a shell has split them.
        flags: Those of the operation, whose types say how a text is read.

    Raises:
        PlanError: Words are no assignments, or values have no meaning; it tells all.
    """
    known = {name: flag for flag in flags for name in (flag.alias, flag.name) if name}
    values: dict[str, Value] = {}
    problems: list[str] = []
    hint = None
    for word in words:
        name, equals, text = word.partition("=")
        if not (name and equals):
            problems.append(f"{word!r} is no NAME=VALUE")
            continue
        try:
            values[name] = _read(text, known.get(name))
        except PlanError as error:
            problems.append(f"{name}={error.message}")
            hint = error.hint
    if problems:
        raise PlanError("\n".join(problems), hint=hint)
    return values


def _read(text: str, flag: FlagLike | None) -> Value:
    if flag is None:
        return parse_value(text)
    if flag.arg_split:  # its parts are split, and read, where they go
        return parse_value(text, flag.type or "string", sweeps=False)
    return parse_value(text, flag.type)
