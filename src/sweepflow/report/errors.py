"""What may go wrong when runs are drawn or reported."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Self

from sweepflow.errors import SweepflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAMED = 20


class ColumnNameError(SweepflowError):
    """A name is that of no value of the runs, or of several."""

    @classmethod
    def unknown(cls, name: str, known: Sequence[str]) -> Self:
        near = difflib.get_close_matches(
            name, [*known, *(label.rpartition(".")[2] for label in known)], n=1
        )
        return cls(
            f"no run has a parameter or scalar {name!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"there are {_named(known)}",
        )

    @classmethod
    def ambiguous(cls, name: str, found: Sequence[str]) -> Self:
        return cls(
            f"{name!r} may be any of {_named(found)}", hint="write the whole name"
        )


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return ", ".join(map(repr, labels[:_MOST_NAMED])) + rest if labels else "none"
