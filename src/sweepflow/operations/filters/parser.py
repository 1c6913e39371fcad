"""From the text of a filter to the test of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sweepflow.operations.filters import predicates
from sweepflow.operations.filters.errors import FilterError
from sweepflow.operations.filters.lexer import Token, tokens
from sweepflow.operations.filters.predicates import DURATIONS, TIMES, Filter, Operand
from sweepflow.operations.filters.times import seconds, time_range

if TYPE_CHECKING:
    from datetime import datetime

_DEEPEST: Final = 50
"""Parentheses in one another."""

_WORDS: Final = {"true": True, "yes": True, "false": False, "no": False}
_EXAMPLE: Final = "write something like: lr < 0.1 and status = completed"


def parse(text: str, now: datetime | None = None) -> Filter:
    """Give the test that a filter is.

    `not` binds tighter than `and`, and that tighter than `or`.

    Args:
        text: Of the filter.
        now: The local time that `today` and the like go by; by default the clock's.

    Raises:
        FilterError: It has no meaning.
    """
    return _Parser(text, now).whole()


class _Parser:
    def __init__(self, text: str, now: datetime | None) -> None:
        self._text = text
        self._now = now
        self._tokens = list(tokens(text))
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _took(self, kind: str, *texts: str) -> str | None:
        token = self._next
        if token.kind == kind and token.text in texts:
            return self._take().text
        return None

    def _error(self, expected: str, hint: str = _EXAMPLE) -> FilterError:
        token = self._next
        found = "the end" if token.kind == "end" else repr(token.text)
        message = f"expected {expected}, not {found}"
        return FilterError(message, self._text, token.column, hint)

    def whole(self) -> Filter:
        test = self._either()
        if self._next.kind != "end":
            hint = "join tests with 'and' or 'or'; put a text with spaces into quotes"
            raise self._error("'and', 'or' or the end", hint)
        return test

    def _either(self) -> Filter:
        test = self._both()
        while self._took("keyword", "or"):
            test = predicates.either(test, self._both())
        return test

    def _both(self) -> Filter:
        test = self._maybe_not()
        while self._took("keyword", "and"):
            test = predicates.both(test, self._maybe_not())
        return test

    def _maybe_not(self) -> Filter:
        negative = False
        while self._took("keyword", "not"):
            negative = not negative
        test = self._group() if self._next.text == "(" else self._test()
        return predicates.negated(test) if negative else test

    def _group(self) -> Filter:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error(f"at most {_DEEPEST} parentheses in one another")
        if not self._took("mark", "("):
            return self._test()  # a text "(" in quotes
        test = self._either()
        if not self._took("mark", ")"):
            raise self._error("')'", "close each parenthesis")
        self._depth -= 1
        return test

    def _test(self) -> Filter:
        if self._next.kind not in {"word", "string"}:
            raise self._error("the name of an attribute, a flag or a scalar")
        token = self._take()
        if (short := self._shorthand(token)) is not None:
            return short
        name = token.text
        sign = self._sign()
        if sign in {"in", "not in"}:
            test = predicates.equal(name, self._list(name))
        elif sign in {"contains", "not contains"}:
            test = predicates.contains(name, self._operand(name))
        elif sign in {"=", "!=", "is", "is not"}:
            test = self._equal(name)
        else:
            return predicates.ordered(name, sign, self._operand(name))
        return predicates.negated(test) if sign == "!=" or "not" in sign else test

    def _shorthand(self, token: Token) -> Filter | None:
        if token.kind != "word" or self._next.kind == "operator":
            return None
        prefix, colon, text = token.text.partition(":")
        ahead = self._next
        if not colon or (ahead.kind == "keyword" and ahead.text not in {"and", "or"}):
            return None
        if not text and ahead.kind == "string":
            return predicates.shorthand(prefix, self._take().text)
        return predicates.shorthand(prefix, text) if text else None

    def _sign(self) -> str:
        if self._next.kind == "operator":
            return self._take().text
        if self._took("keyword", "is"):
            return "is not" if self._took("keyword", "not") else "is"
        start = self._at
        negative = self._took("keyword", "not")
        if word := self._took("keyword", "in", "contains"):
            return f"not {word}" if negative else word
        self._at = start
        raise self._error("=, !=, <, <=, >, >=, 'in', 'contains' or 'is'")

    def _equal(self, name: str) -> Filter:
        if self._next.text == "[" and self._next.kind == "mark":
            return predicates.equal_list(name, self._list(name))
        return predicates.equal(name, [self._operand(name)])

    def _list(self, name: str) -> list[Operand]:
        if not self._took("mark", "["):
            raise self._error("a list", "write it in brackets: x in [1, 2]")
        operands = [self._operand(name)]
        while self._took("mark", ","):
            operands.append(self._operand(name))
        if not self._took("mark", "]"):
            raise self._error("',' or ']'", "write a list as [1, 2]")
        return operands

    def _operand(self, name: str) -> Operand:
        token = self._next
        if token.kind not in {"word", "string", "number"}:
            hint = "write one '=' to compare, and put signs into quotes"
            raise self._error("a value", hint)
        self._take()
        text = token.text
        if token.kind == "word" and text.lower() == "undefined":
            return Operand(None)
        attribute = name.removeprefix("attr:")
        if attribute in TIMES:
            return Operand(text, range=self._range(token))
        if token.kind == "number":
            return Operand(_number(text))
        if attribute in DURATIONS and (length := seconds(text)) is not None:
            return Operand(length)
        if token.kind == "word" and text.lower() in _WORDS:
            return Operand(_WORDS[text.lower()], word=text)
        return Operand(text)

    def _range(self, token: Token) -> predicates.TimeRange:
        try:
            return time_range(token.text, self._now)
        except FilterError as error:
            message = f"{token.text!r} is no time"
            hint = error.hint or ""
            raise FilterError(message, self._text, token.column, hint) from None


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
