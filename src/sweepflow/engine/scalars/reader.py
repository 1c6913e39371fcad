"""The numbers in a stream of output, however long it and its lines are."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Final

from sweepflow.engine.scalars.patterns import STEP
from sweepflow.engine.scalars.summary import Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sweepflow.engine.scalars.patterns import Patterns

LONGEST: Final = 1 << 14
"""Bytes of a line that are looked at; what stands behind them is passed over."""

_UNSEEN: Final = bytes(range(9))
"""Characters without a picture, such as zero bytes and bells."""

_END: Final = re.compile(rb"[\r\n]")
"""A carriage return too: a progress bar writes many lines over one another."""


class Reader:
    """Finds the numbers in output that comes piece by piece.

    Args:
        flags: Names of the operation's flags; by default patterns don't take them for
            results when a command prints what it was given.
    """

    def __init__(self, patterns: Patterns, flags: Collection[str] = ()) -> None:
        self._patterns = patterns
        self._ignored = frozenset(flags) if patterns.default else frozenset[str]()
        self._rest = b""
        self._step: int | None = None

    def feed(self, chunk: bytes) -> Iterator[Scalar]:
        """Give the numbers of the lines that a piece completes."""
        text = self._rest + chunk.translate(None, _UNSEEN)
        lines = self._lines(text)
        # A line's end that never comes costs no memory.
        self._rest = lines.pop()[:LONGEST]
        yield from self._all(lines)

    def finish(self) -> Iterator[Scalar]:
        """Give the numbers of a last line that has no end."""
        line, self._rest = self._rest, b""
        yield from self._all([line])

    def skip(self) -> None:
        """Be told that output is missing here: the lines around it are no lines."""
        self._rest = b" " * LONGEST  # behind that nothing is looked at

    def _lines(self, text: bytes) -> list[bytes]:
        """Give the lines of a text, or the last one alone if no other matters."""
        may_match = self._patterns.may_match
        if not self._patterns.patterns or (may_match and not may_match(text)):
            return [text[max(text.rfind(b"\n"), text.rfind(b"\r")) + 1 :]]
        return _END.split(text)

    def _all(self, lines: Iterable[bytes]) -> Iterator[Scalar]:
        may_match = self._patterns.may_match
        for line in lines if may_match is None else filter(may_match, lines):
            yield from self._of_line(line[:LONGEST])

    def _of_line(self, line: bytes) -> Iterator[Scalar]:
        numbers = self._patterns.numbers(line.decode(errors="ignore").rstrip())
        step = numbers.pop(STEP, None)
        if step is not None and isfinite(step):
            self._step = int(step)
        for name in sorted(numbers):
            if name not in self._ignored:
                yield Scalar(name, numbers[name], self._step)
