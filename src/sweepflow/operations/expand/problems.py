"""What is wrong with what was asked for, told at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sweepflow.errors import PlanError, SweepflowError

if TYPE_CHECKING:
    from collections.abc import Generator

    from sweepflow.errors import Place


class Problems:
    """Collects problems; each is told once, however many trials have it."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place | None, str], str | None] = {}

    def add(
        self, error: SweepflowError, place: Place | None = None, about: str = ""
    ) -> None:
        """Add what an error tells, each of its lines as a problem.

        Args:
            error: What is wrong.
            place: Where, unless the error knows it.
            about: What each message goes on from, such as "step 'a': ".
        """
        for line in error.message.splitlines():
            key = error.place or place, f"{about}{line}"
            self._found.setdefault(key, error.hint)

    @contextmanager
    def told(self, place: Place | None = None, about: str = "") -> Generator[None]:
        """Add what goes wrong within, and go on behind it; see `add`."""
        try:
            yield
        except SweepflowError as error:
            self.add(error, place, about)

    def finish(self) -> None:
        """Raise PlanError if there were problems: one a line, in file order."""
        if not self._found:
            return
        found = sorted(self._found.items(), key=lambda one: _order(one[0][0]))
        hints = {hint for _, hint in found}
        (place, message), _ = found[0]
        if len(hints) == 1:
            lines = [message, *(_line(*key) for key, _ in found[1:])]
            raise PlanError("\n".join(lines), place=place, hint=hints.pop())
        lines = [_hinted(message, found[0][1])]
        lines += [_hinted(_line(*key), hint) for key, hint in found[1:]]
        raise PlanError("\n".join(lines), place=place)


def _order(place: Place | None) -> tuple[str, int, int]:
    if place is None:
        return "", 0, 0
    return str(place.file), place.line or 0, place.column or 0


def _line(place: Place | None, message: str) -> str:
    return f"{place}: {message}" if place else message


def _hinted(line: str, hint: str | None) -> str:
    return f"{line} ({hint})" if hint else line
