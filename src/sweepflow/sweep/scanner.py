"""Reading characters: blanks, comments, quotes and brackets, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.sweep.errors import SweepSyntaxError, shown
from sweepflow.sweep.quoting import QUOTES, closing_quote

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_BREAKS = frozenset("\n\r\v\f")
_BLANKS = _LINE_BREAKS | {" ", "\t"}
_BRACKETS = {"[": "]", "{": "}", "(": ")"}
_CLOSING = frozenset(_BRACKETS.values())
_ESCAPED_IN_DOUBLE = frozenset('\\"$`')
_IN_KEY = frozenset("_$./@-")
_STARTS_KEY = frozenset("_$@")


class Scanner:
    """A position in an expression, and what can be read there.

    Attributes:
        text: The whole expression.
        pos: What was read ends here.
        one_word: The text is one word, which a shell has split off: a blank in it
            belongs to it, and it holds no comment.
    """

    def __init__(self, text: str, *, one_word: bool = False) -> None:
        self.text = text
        self.pos = 0
        self.one_word = one_word
        self._unbroken = range(0)

    def peek(self) -> str:
        """Give the character at the position, or the empty string at the end."""
        return self.text[self.pos : self.pos + 1]

    def error(
        self, message: str, hint: str, column: int | None = None
    ) -> SweepSyntaxError:
        """Give the error to raise for what stands at `column`, or at the position."""
        column = self.pos if column is None else column
        return SweepSyntaxError(message, self.text, column, hint)

    def at_blank(self) -> bool:
        """Tell whether a word ends here: at a blank, a line break or the end."""
        char = self.peek()
        if not char or self.one_word:
            return not char
        return char in _BLANKS or (char == "\\" and self._at_written_break())

    def inner_blanks(self) -> str:
        """Read the blanks here that do not end the word, if there are any."""
        start = self.pos
        while not self.at_blank() and self.peek() in _BLANKS:
            self.pos += 1
        return self.text[start : self.pos]

    def skip_blanks(self) -> None:
        """Go to the next word, past blanks, comments and escaped line breaks."""
        while self.peek():
            if self.text.startswith("\\\n", self.pos):
                self.pos += 2
            elif self.at_blank():
                self.pos += 2 if self.peek() == "\\" else 1
            else:
                return
            self._skip_comment()

    def skip_to_start(self) -> None:
        """Go to the first word, past a comment that the text begins with."""
        self._skip_comment()
        self.skip_blanks()

    def protected(self) -> str:
        """Read a quoted run or an escaped character; give its text as a shell does.

        Raises:
            SweepSyntaxError: The quote is never closed, or nothing is escaped.
        """
        if self.peek() == "\\":
            return self._escaped()
        if self.peek() == "'":
            return self._single_quoted()
        return self._double_quoted()

    def bracketed(self) -> str:
        """Read up to the bracket that closes the one here; give it as written.

        Hydra reads what stands inside, so its quotes and escapes hold there. A line
        break becomes a blank, the only form of it that Hydra knows.

        Raises:
            SweepSyntaxError: A bracket or a quote in it is never closed.
        """
        opened: list[int] = []
        read: list[str] = []
        while char := self.peek():
            start = self.pos
            if char in _BRACKETS:
                opened.append(start)
            elif char in _CLOSING:
                if char != _BRACKETS[self.text[opened[-1]]]:
                    break
                opened.pop()
            elif char == "\\":
                self.pos += 1
            elif char in QUOTES:
                close = closing_quote(self.text, start)
                if close is None:
                    raise self._unclosed_quote(start)
                self.pos = close
            self.pos += 1
            read.append(" " if char in _LINE_BREAKS else self.text[start : self.pos])
            if not opened:
                return "".join(read)
        raise self.unclosed_bracket(opened[-1])

    def key_ahead(self) -> bool:
        """Tell whether a `key=` stands here."""
        end = self._key_end(self.pos)
        return end > self.pos and self.text[end : end + 1] == "="

    def unclosed_bracket(self, column: int) -> SweepSyntaxError:
        """Give the error to raise for the bracket at `column`."""
        bracket = self.text[column]
        return self.error(
            f"{shown(bracket)} is never closed",
            f"write the {shown(_BRACKETS[bracket])} that belongs to it, "
            f"or put the value in quotes",
            column,
        )

    def _skip_comment(self) -> None:
        if self.peek() != "#":
            return
        while self.peek() and self.peek() != "\n":
            if self.peek() == "\\" and self._at_written_break():
                return
            self.pos += 1

    def _at_written_break(self) -> bool:
        r"""Tell whether a line break that is written as `\n` stands here.

        Text that was escaped once too often holds those two characters for a line
        break. They can also be meant, so they count only in front of a new key.
        """
        pos = self.pos
        if pos in self._unbroken:
            return False
        while self.text.startswith("\\n", pos):
            pos += 2
            while self.text[pos : pos + 1] in {" ", "\t"}:
                pos += 1
        end = self._key_end(pos)
        if self.pos < pos < end and (
            self.text[end : end + 1] == "=" or self.text[pos] == "~"
        ):
            return True
        self._unbroken = range(self.pos, pos)  # a search from within ends no better
        return False

    def _key_end(self, start: int) -> int:
        """Give where the key that stands at `start` ends; `start` if there is none."""
        text = self.text
        pos = start
        while text[pos : pos + 1] in {"+", "~"} and pos < start + 2:
            pos += 1
        first = text[pos : pos + 1]
        if not (first.isalpha() or first in _STARTS_KEY):
            return start
        while is_key_char(text[pos : pos + 1]):
            pos += 1
        return pos

    def _escaped(self) -> str:
        start = self.pos
        escaped = self.text[start + 1 : start + 2]
        if not escaped:
            raise self.error(
                "nothing follows the backslash",
                r"write '\' for a backslash that is meant",
            )
        self.pos += 2
        return "" if escaped == "\n" else escaped

    def _single_quoted(self) -> str:
        start = self.pos
        close = self.text.find("'", start + 1)
        if close < 0:
            raise self._unclosed_quote(start)
        self.pos = close + 1
        return self.text[start + 1 : close]

    def _double_quoted(self) -> str:
        start = self.pos
        close = closing_quote(self.text, start)
        if close is None:
            raise self._unclosed_quote(start)
        self.pos = close + 1
        inside = self.text[start + 1 : close]
        if "\\" not in inside:
            return inside
        return "".join(_unescaped(inside))

    def _unclosed_quote(self, column: int) -> SweepSyntaxError:
        return self.error(
            f"the quote {self.text[column]} is never closed",
            f"write the second {self.text[column]}, or \\{self.text[column]} "
            f"if the character itself is meant",
            column,
        )


def is_key_char(char: str) -> bool:
    """Tell whether `char` can stand in a key, behind its prefix."""
    return char.isalnum() or char in _IN_KEY


def _unescaped(text: str) -> Iterator[str]:
    """Yield the characters of `text` as a shell reads them in double quotes."""
    chars = iter(text)
    for char in chars:
        if char != "\\":
            yield char
            continue
        escaped = next(chars)
        if escaped in _ESCAPED_IN_DOUBLE:
            yield escaped
        elif escaped != "\n":
            yield char + escaped
