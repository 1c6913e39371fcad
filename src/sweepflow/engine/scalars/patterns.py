"""The patterns that find numbers in a line of output, such as `output-scalars`."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

TEMPLATES: Final = {r"\key": r"[^ \t]+", r"\value": r"[0-9.e\-]+", r"\step": "[0-9]+"}
"""What may stand in a pattern for a name, a number and a step."""

STEP: Final = "step"
"""The name of the number that counts: it belongs to the others, and to later ones."""

# 1e+20 and nan among them, since that is what Python prints where a loss diverges.
_NUMBER: Final = r"(?:(?:[0-9.\-]|e\+?)+|-?(?:nan|inf))"
# A name begins behind a space or at the line's begin. That it does is said first, since
# the search through a long line without spaces would take quadratic time otherwise.
_STEP_BEHIND: Final = re.compile(
    rf"(?<![^ \t])[^ \t]+: +{_NUMBER}\s+\((?:step\s+)?(?P<step>[0-9]+)\)$"
)
_NAME_AND_VALUE: Final = re.compile(rf"^([^ \t]+):\s+({_NUMBER})(?:\s+\(.*\))?$")


# What either begins with behind the name; bytes that are no ASCII may be spaces, or
# nothing that can be decoded.
_CANDIDATE: Final = re.compile(rb":[\s\x1c-\x1f\x80-\xff]+[0-9.ein\-\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to seek in a line.

    Args:
        name: Of the number that the only group finds; None where the pattern itself
            has the name in another group, or as the group's name.
    """

    regex: re.Pattern[str]
    name: str | None = None

    def read(self, line: str, numbers: dict[str, float]) -> None:
        """Put the numbers of a line under their names; of several the last."""
        for match in self.regex.finditer(line):
            named = match.groupdict() if self.regex.groupindex else None
            if named is None:
                one = self.regex.groups == 1
                _put(numbers, self.name if one else match[1], match[1 if one else 2])
            elif "_key" in named and "_val" in named:
                _put(numbers, named["_key"], named["_val"])
            else:
                for name, text in named.items():
                    _put(numbers, name, text)


@dataclass(frozen=True, slots=True)
class Patterns:
    """All patterns of an operation.

    Args:
        may_match: Finds nothing in bytes that hold no number; it spares the patterns
            most lines of a flood.
        default: Whether the operation left the choice of its numbers to us. What it
            prints of its own flags is none then.
    """

    patterns: tuple[Pattern, ...]
    may_match: Callable[[bytes], re.Match[bytes] | None] | None = None
    default: bool = False

    def numbers(self, line: str) -> dict[str, float]:
        """Give the numbers of a line by name; of several of a name the last."""
        numbers: dict[str, float] = {}
        for pattern in self.patterns:
            pattern.read(line, numbers)
        return numbers


DEFAULT: Final = Patterns(
    (Pattern(_STEP_BEHIND), Pattern(_NAME_AND_VALUE)), _CANDIDATE.search, default=True
)
"""`name: value` alone in a line; a remark in parentheses may follow, `(step 3)`."""

_EXAMPLE: Final = r"'loss: loss=(\S+)'"


def compiled(config: Sequence[str | Mapping[str, str]] | None) -> Patterns:
    r"""Give the patterns that an operation's `output-scalars` stand for.

    Args:
        config: Patterns, and mappings of names to patterns; None for the default.

    Raises:
        ProjectError: One is no pattern, or it is not clear which number it gives what
            name.
    """
    if config is None:
        return DEFAULT
    return Patterns(tuple(pattern for item in config for pattern in _patterns(item)))


def _patterns(item: str | Mapping[str, str]) -> Iterator[Pattern]:
    if isinstance(item, str):
        yield _pattern(item, None)
    else:
        # In the order of names: of two patterns for one number the later wins.
        yield from (_pattern(item[name], name) for name in sorted(item))


def _pattern(text: str, name: str | None) -> Pattern:
    expanded = text
    for template, regex in TEMPLATES.items():
        expanded = expanded.replace(template, regex)
    try:
        pattern = Pattern(re.compile(expanded), name)
    except re.error as error:
        raise ProjectError(
            f"output-scalars: {text!r} is no regular expression: {error}",
            hint=r"put a backslash before a character that stands for itself",
        ) from None
    _check_groups(pattern, text)
    return pattern


def _check_groups(pattern: Pattern, text: str) -> None:
    groups = pattern.regex.groups
    if pattern.regex.groupindex or groups == 2:
        return
    if groups == 1 and pattern.name:
        return
    if groups == 1:
        problem = "gives its number no name"
        hint = f"name the group, as in '(?P<loss>…)', or the pattern: {_EXAMPLE}"
    else:
        problem = f"has {groups or 'no'} groups"
        hint = (
            f"write one group for the number, as in {_EXAMPLE}, or two for the name "
            "and the number; '(?:…)' groups without counting"
        )
    raise ProjectError(f"output-scalars: {text!r} {problem}", hint=hint)


def _put(numbers: dict[str, float], name: str | None, text: str | None) -> None:
    if name and text is not None:
        with suppress(ValueError):
            numbers[name] = float(text)
