"""SIGTERM as an orderly end: what a cluster or a service manager sends first."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


class Terminated(SystemExit):
    """SIGTERM came; the exit status is the one that a shell gives for it."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)


@contextmanager
def terminable() -> Generator[None]:
    """Raise `Terminated` within the block when SIGTERM comes.

    Nothing is changed outside the main thread, nor where someone else (the app, a
    launcher) already handles the signal.
    """
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if not ours:
        yield
        return
    process = os.getpid()

    def terminate(number: int, _frame: object) -> None:
        if os.getpid() == process:
            raise Terminated
        signal.signal(number, signal.SIG_DFL)  # a fork, which knows nothing of the run
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
