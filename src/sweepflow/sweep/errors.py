"""The one error of the package, and how it shows where it happened."""

from __future__ import annotations

_WIDTH = 100
"""Columns of the expression that a message shows at most."""

_SHOWN = 40
"""Characters of an offending value that a message repeats at most."""


class SweepSyntaxError(ValueError):
    """A sweep expression that has no meaning, or more values than allowed.

    Args:
        message: What is wrong, with the offending text in it.
        text: The whole expression.
        column: Where in `text` it is wrong, counted in characters from 0.
        hint: What to write instead.
    """

    def __init__(self, message: str, text: str, column: int, hint: str) -> None:
        super().__init__(message, text, column, hint)  # what pickle hands back to us
        self.message = message
        self.text = text
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        """Give the message, the line with a caret under the column, and the hint."""
        return f"{self.message}\n{self.excerpt}\nhint: {self.hint}"

    @property
    def excerpt(self) -> str:
        """The line of the text, and a line with a caret under the column."""
        line, caret = _window(self.text, self.column)
        return f"  {line}\n  {caret}"


def shown(text: str) -> str:
    """Give `text` fit to stand in a message: short, printable and in quotes."""
    if len(text) > _SHOWN:
        text = text[: _SHOWN - 1] + "…"
    return f"'{''.join(map(_printable, text))}'"


def _window(text: str, column: int) -> tuple[str, str]:
    """Give the line of `text` around `column`, and a line with a caret below it."""
    start = text.rfind("\n", 0, column) + 1
    stop = text.find("\n", column)
    stop = len(text) if stop < 0 else stop
    first = max(start, column - _WIDTH * 2 // 3)
    last = min(stop, first + _WIDTH)
    before = "".join(map(_printable, text[first:column]))
    after = "".join(map(_printable, text[column:last]))
    if first > start:
        before = f"…{before}"
    if last < stop:
        after = f"{after}…"
    return before + after, " " * sum(map(_cells, before)) + "^"


def _printable(char: str) -> str:
    """Give `char`, or what can stand for it in one cell of a terminal."""
    if char.isspace():
        return " "
    return char if char.isprintable() or not _cells(char) else "\ufffd"


def _cells(char: str) -> int:
    """Give how many cells of a terminal `char` takes."""
    import unicodedata  # here, since every start would pay for it

    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
