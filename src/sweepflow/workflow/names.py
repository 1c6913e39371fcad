"""Names: which are valid, and which was meant."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def is_name(text: object) -> bool:
    """Tell whether a text can name a workflow, a step, an atom or a type."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Give the valid name that was most probably meant."""
    known = {each.lower(): each for each in valid}
    found = difflib.get_close_matches(name.lower(), known, n=1)
    return known[found[0]] if found else None


def did_you_mean(name: str, valid: Iterable[str], what: str) -> str:
    """Give a hint for a name that is not valid.

    Args:
        name: What was written.
        valid: What could have been.
        what: What these are, in the plural.
    """
    names = list(valid)
    if meant := nearest(name, names):
        return f"did you mean {meant!r}?"
    shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return f"the {what} are: {shown}" if names else f"there are no {what}"
