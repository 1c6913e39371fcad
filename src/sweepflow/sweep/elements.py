"""From text to the values of a key: lists, elements, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.sweep.errors import shown
from sweepflow.sweep.quoting import (
    QUOTES,
    closing_quote,
    is_quoted,
    meaning,
    without_shell_quotes,
)
from sweepflow.sweep.range_syntax import read_log, read_range
from sweepflow.sweep.ranges import LogRange
from sweepflow.sweep.values import Group, Joined, Text, Verbatim

if TYPE_CHECKING:
    from sweepflow.sweep.errors import SweepSyntaxError
    from sweepflow.sweep.ranges import Range
    from sweepflow.sweep.scanner import Scanner
    from sweepflow.sweep.values import Element, Part

_FUNCTIONS = (
    "bool",
    "choice",
    "extend_list",
    "float",
    "glob",
    "int",
    "interval",
    "json_str",
    "range",
    "shuffle",
    "sort",
    "str",
    "tag",
)
"""Hydra's functions; their calls are for Hydra to read."""

_ENDS_BARE = frozenset(" \t\n\r\v\f,|()[]{}'\"\\")
_LOG = "log"
_MOST_NESTED = 100


class Elements:
    """Reads the values of a key; the grammar is in `parser`."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner

    def read_list(self, lead: Text | None) -> list[Element]:
        scanner = self._scanner
        if scanner.peek() == "|" and lead is None:
            raise scanner.error(
                "empty section before '|'",
                "write values before it, or '' for empty text",
            )
        elements: list[Element] = []
        while True:
            element = self._element(lead)
            comma = scanner.peek() == ","
            if element is None:
                between = " between commas" if elements and comma else ""
                raise scanner.error(
                    f"empty value{between}", "leave the comma out, or write ''"
                )
            elements.append(element)
            if not comma:
                return elements
            scanner.pos += 1
            lead = None

    def _element(self, lead: Text | None) -> Element | None:
        """Read up to a comma, pipe or blank; None if nothing stands before it."""
        if lead is None:
            self._scanner.inner_blanks()  # Hydra, too, skips them before a value
            verbatim = self._quoted(depth=0) or self._function()
            if verbatim is not None:
                return Verbatim(verbatim)
        start = self._scanner.pos
        if lead is not None and is_quoted(lead.text) and self._at_end(depth=0):
            return Verbatim(lead.text)
        parts: list[Part] = [] if lead is None else [lead]
        self._read_parts(parts, depth=0)
        return self._joined(parts, start) if parts else None

    def _quoted(self, depth: int) -> str | None:
        """Read an element that is one quoted string; give what Hydra is to see."""
        scanner = self._scanner
        start = scanner.pos
        close = closing_quote(scanner.text, start) if scanner.peek() in QUOTES else None
        if close is None:
            return None
        scanner.pos = close + 1
        if self._at_end(depth):
            written = scanner.text[start : scanner.pos]
            # A word that the shell has split off has lost the shell's quotes.
            return written if scanner.one_word else without_shell_quotes(written)
        scanner.pos = start
        return None

    def _function(self) -> str | None:
        """Read an element that is one call of a function of Hydra's."""
        scanner = self._scanner
        start = scanner.pos
        for name in _FUNCTIONS:
            if scanner.text.startswith(f"{name}(", start):
                scanner.pos += len(name)
                arguments = scanner.bracketed()
                if self._at_end(depth=0):
                    return name + arguments
                scanner.pos = start
        return None

    def _at_end(self, depth: int) -> bool:
        """Tell whether an element ends here."""
        char = self._scanner.peek()
        return (
            char in {",", "|"}
            or bool(depth and char == ")")
            or self._scanner.at_blank()
        )

    def _read_parts(self, parts: list[Part], depth: int) -> None:
        """Read the parts of an element up to its end."""
        scanner = self._scanner
        while not self._at_end(depth):
            char = scanner.peek()
            if char in QUOTES or char == "\\":
                parts.append(Text(scanner.protected(), protected=True))
            elif char in "[{":
                parts.append(Text(scanner.bracketed(), protected=False))
            elif char == "(":
                parts.append(self._group(depth))
            elif blanks := scanner.inner_blanks():
                if not self._at_end(depth):
                    parts.append(Text(blanks, protected=True))
            elif char in ")]}":
                raise scanner.error(
                    f"{shown(char)} closes nothing",
                    "write the bracket that it belongs to, or put the value in quotes",
                )
            else:
                parts.append(self._bare())

    def _bare(self) -> Part:
        """Read text up to a character that means something, or a `log(…)`."""
        scanner = self._scanner
        start = scanner.pos
        while scanner.peek() and scanner.peek() not in _ENDS_BARE:
            scanner.pos += 1
        bare = scanner.text[start : scanner.pos]
        if scanner.peek() == "(" and bare.endswith(_LOG):
            before = bare.removesuffix(_LOG)
            if not before:
                return read_log(scanner, start)
            if not (before[-1].isalnum() or before[-1] == "_"):
                scanner.pos -= len(_LOG)
                bare = before
        return Text(bare, protected=False)

    def _group(self, depth: int) -> Group:
        scanner = self._scanner
        opened = scanner.pos
        if depth == _MOST_NESTED:
            raise scanner.error(
                f"groups are nested more than {_MOST_NESTED} deep",
                "write the alternatives out",
            )
        alternatives: list[Part] = []
        while not alternatives or scanner.peek() == ",":
            scanner.pos += 1
            scanner.skip_blanks()
            alternatives.append(self._alternative(opened, depth + 1))
            scanner.skip_blanks()
        if scanner.peek() != ")":
            raise self._bad_in_group(opened)
        scanner.pos += 1
        return Group(alternatives)

    def _alternative(self, opened: int, depth: int) -> Joined | Range | LogRange:
        self._scanner.inner_blanks()
        self._scanner.inner_blanks()
        start = self._scanner.pos
        quoted = self._quoted(depth)
        if quoted is not None:
            return Joined([Text(meaning(quoted), protected=True)])
        parts: list[Part] = []
        self._read_parts(parts, depth)
        if not parts:
            raise self._bad_in_group(opened)
        return self._joined(parts, start)

    def _bad_in_group(self, opened: int) -> SweepSyntaxError:
        """Give the error for what stands here instead of a value or its end."""
        scanner = self._scanner
        if not scanner.peek():
            return scanner.unclosed_bracket(opened)
        if scanner.peek() == "|":
            return scanner.error(
                "'|' cannot stand in a group", "write the group once for each section"
            )
        if scanner.peek() in {",", ")"}:
            return scanner.error(
                "empty value in a group", "leave the comma out, or write ''"
            )
        return scanner.error(
            "a blank cannot stand in a group's value",
            "write a comma or ')' before it, or put the value in quotes",
        )

    def _joined(self, parts: list[Part], start: int) -> Joined | Range | LogRange:
        """Give the element of some parts, the first of which stands at `start`."""
        only = parts[0] if len(parts) == 1 else None
        if isinstance(only, LogRange):
            return only
        if isinstance(only, Text) and not only.protected:
            read = read_range(self._scanner, start, start + len(only.text))
            if read is not None:
                return read
        return Joined(parts)
