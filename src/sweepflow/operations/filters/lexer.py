"""The words of a filter, and where they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from sweepflow.operations.filters.errors import FilterError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<operator><=|>=|<>|!=|[<>=])
    | (?P<mark>[()\[\],])
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<word>[^\s<>=!()\[\],'"]+)
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "contains"})


class Token(NamedTuple):
    """A word of a filter.

    Args:
        kind: `operator`, `mark`, `string`, `word`, `number`, `keyword` or `end`.
        text: As it stands there, without quotes; keywords in small letters.
        column: Counted from 0.
    """

    kind: str
    text: str
    column: int


def tokens(text: str) -> Iterator[Token]:
    """Give the words of a filter and, last, its end.

    Raises:
        FilterError: A quote has no end, or a character no meaning.
    """
    at = 0
    while True:
        match = _TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip())
            raise FilterError(
                f"unexpected {text[column]!r}",
                text,
                column,
                "put what has spaces or signs in it into quotes, and end them",
            )
        kind = str(match.lastgroup)
        yield _token(kind, match[kind], match.start(kind))
        if kind == "end":
            return
        at = match.end()


def _token(kind: str, found: str, column: int) -> Token:
    if kind == "string":
        return Token(kind, re.sub(r"\\(.)", r"\1", found[1:-1]), column)
    if kind == "word" and found.lower() in _KEYWORDS:
        return Token("keyword", found.lower(), column)
    if kind == "word" and _NUMBER.fullmatch(found):
        return Token("number", found, column)
    return Token(kind, "!=" if found == "<>" else found, column)
