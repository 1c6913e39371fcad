"""What a run says of itself, in its log beside what its command says."""

from __future__ import annotations

import sys
from contextlib import suppress


def tell(text: str) -> None:
    """Write a line; where there is no room for it, the run goes on without."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr)  # noqa: T201 - the log is where that goes


def warn(text: str) -> None:
    """Write a line about what the user may want to change."""
    tell(f"warning: {text}")
