"""Sparing the garbage collector the modules.

Importing makes many objects, with MLflow about a million, none of which is garbage. The
collector would go through them again and again while they are made, and once more at
exit: a second of three, for an app that does nothing else.
"""

from __future__ import annotations

import gc
from typing import Literal

_phase: Literal["before", "paused", "after"] = "before"


def pause() -> None:
    """Collect no garbage until `resume`; once in the life of a process."""
    global _phase  # noqa: PLW0603 -- it is the process that starts up, and nothing else
    if _phase == "before" and gc.isenabled():
        _phase = "paused"
        gc.disable()


def resume() -> None:
    """Collect garbage again, among what is made from now on.

    Only the first call does so: what is garbage later is not to be kept alive.
    """
    global _phase  # noqa: PLW0603 -- see above
    if _phase == "paused":
        _phase = "after"
        gc.freeze()
        gc.enable()
