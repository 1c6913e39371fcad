"""Where two records differ, and whether they were meant to."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.operations.record import Record

_NOTHING = object()


@dataclass(frozen=True)
class Difference:
    """Something that is not the same.

    Args:
        place: Such as `command 2: ends`, or `t#1: file out.txt`.
        theirs: What Guild has there, and `ours` what Sweepflow has.
    """

    place: str
    theirs: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.place}: {_shown(self.theirs)} -> {_shown(self.ours)}"


@dataclass(frozen=True)
class Verdict:
    """What a comparison found.

    Args:
        reasons: Why they differ where they are meant to.
        unexpected: Where else they differ.
        missing: Patterns of differences that are not there.
    """

    reasons: Sequence[str]
    unexpected: Sequence[Difference]
    missing: Sequence[str]

    @property
    def is_right(self) -> bool:
        return not (self.unexpected or self.missing)


def judge(theirs: Record, ours: Record, expected: Mapping[str, str]) -> Verdict:
    """Compare two records; `expected` has reasons by patterns for differences."""
    found = list(_differences(theirs, ours))
    met = {
        pattern: why
        for pattern, why in expected.items()
        if any(fnmatchcase(difference.place, pattern) for difference in found)
    }
    unexpected = [
        difference
        for difference in found
        if not any(fnmatchcase(difference.place, pattern) for pattern in met)
    ]
    return Verdict(
        list(dict.fromkeys(met.values())),
        unexpected,
        [pattern for pattern in expected if pattern not in met],
    )


def _differences(theirs: Record, ours: Record) -> Iterator[Difference]:
    yield from _between("", theirs.commands, ours.commands)
    if list(theirs.runs) != list(ours.runs):
        yield Difference("runs", list(theirs.runs), list(ours.runs))
    for name, facts in theirs.runs.items():
        if name in ours.runs:
            yield from _between(f"{name}: ", facts, ours.runs[name])


def _between(
    prefix: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> Iterator[Difference]:
    for key in dict.fromkeys([*theirs, *ours]):
        one, other = theirs.get(key, _NOTHING), ours.get(key, _NOTHING)
        if not _same(one, other):
            yield Difference(f"{prefix}{key}", one, other)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether values are equal and of one type; numbers that were measured, nearly."""
    return repr(one) == repr(other)


def _shown(value: Any) -> str:  # noqa: ANN401 - JSON
    return "nothing" if value is _NOTHING else repr(value)
