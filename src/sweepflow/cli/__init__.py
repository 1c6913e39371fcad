"""The command line: one module per group; each parses, calls one function, prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line, and exit with its status.

    Args:
        argv: The arguments behind the program's name; those of the process if None.
    """
    try:
        from sweepflow.cli import app

        app.main(argv)
    except KeyboardInterrupt:  # wherever it comes: most of the start is imports
        raise SystemExit(130) from None
