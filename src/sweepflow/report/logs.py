"""The end of what a run wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sweepflow.store.configurations import command_of

if TYPE_CHECKING:
    from sweepflow.store.home import Home
    from sweepflow.store.records import Run

_TAIL_BYTES: Final = 1 << 15
_LONGEST: Final = 500
_ESCAPES: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)"
)


def last_lines(home: Home, run: Run, count: int) -> list[str]:
    """Give the last lines of a run's log, without colours; none if there is no log.

    Of a progress bar that overwrites itself, the last state stays; of a line that is
    very long, the end.
    """
    from sweepflow.engine.attempt import Attempt

    run_id = command_of(run.id)
    path = Attempt(home.attempt(run_id, home.last_attempt(run_id))).output
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    shown = [_ESCAPES.sub("", line)[-_LONGEST:] for line in lines if line.strip()]
    return shown[-count:]
