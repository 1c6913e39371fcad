"""A child that is a fork of this process, with the interface of a started program."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from io import TextIOWrapper
    from pathlib import Path
    from typing import BinaryIO, NoReturn

FAILED = 70
"""Exit status of a child whose code raised; EX_SOFTWARE of sysexits.h."""


class Forked:
    """Runs a function in a fork, as the leader of a process group.

    Args:
        function: What the child does once it may go on; its result is the child's
            exit status.
        output: Where the child's standard output and error go.
        private: Descriptors that the child closes.

    Raises:
        OSError: There can be no more processes.
    """

    def __init__(
        self, function: Callable[[], int], output: Path, private: Sequence[int]
    ) -> None:
        self._code: int | None = None
        gate, self._gate = os.pipe()
        log = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _be_child(_behind(gate, function), log, (self._gate, *private))
        finally:
            os.close(log)
            os.close(gate)
        _lead_group(self.pid)  # whoever comes first: a signal must find the group

    def go_on(self) -> None:
        """Let the child begin, now that it is written down who is to be ended.

        Where this process dies before that, the child ends without having begun.
        """
        with suppress(BrokenPipeError):  # it was killed meanwhile
            os.write(self._gate, b"!")
        os.close(self._gate)

    def poll(self) -> int | None:
        """Give the exit status, minus a signal's number, or None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code


def _behind(gate: int, function: Callable[[], int]) -> Callable[[], int]:
    def child() -> int:
        may_begin = os.read(gate, 1)
        os.close(gate)
        return function() if may_begin else FAILED

    return child


def _lead_group(pid: int) -> None:
    try:
        os.setpgid(pid, pid)
    except OSError:  # it has done so itself, and may have gone already
        return


def _be_child(
    function: Callable[[], int], log: int, private: Sequence[int]
) -> NoReturn:
    code = FAILED
    try:
        _lead_group(0)
        _reset_signals()
        for descriptor in private:
            os.close(descriptor)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        _be_fresh()
        code = function()
    except BaseException as error:  # noqa: BLE001 - nothing above may go on here
        traceback.print_exception(error)
    finally:
        _leave(code)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for signum in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _be_fresh() -> None:
    """Be as a process of its own would be, where a fork is not by itself."""
    # What others have registered is theirs to do.
    atexit._clear()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    for stream in (sys.stdout, sys.stderr):
        text = cast("TextIOWrapper[BinaryIO]", stream)
        text.reconfigure(line_buffering=True, errors="backslashreplace")
    if numpy := sys.modules.get("numpy.random"):
        numpy.seed()  # else each child would draw the same numbers


def _leave(code: int) -> NoReturn:
    """End as an interpreter does: threads first, then exit functions, then output."""
    try:
        threading._shutdown()  # noqa: SLF001  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
