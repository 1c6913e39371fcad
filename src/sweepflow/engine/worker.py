"""The worker: runs one task, on whatever machine it lands.

    python -m sweepflow.engine.worker FOLDER

FOLDER is the folder of an attempt (see `attempt`). The worker starts the child in a
process group of its own, passes signals on to it, gives signs of life, enforces the
timeout, and leaves an exit record. It imports little, since every run pays for it.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import HEARTBEAT_SECONDS, Attempt, ExitRecord
from sweepflow.engine.processes import Family, signal_group
from sweepflow.engine.task import Call, Outcome

if TYPE_CHECKING:
    from types import FrameType

    from sweepflow.engine.task import Action

GRACE_SECONDS = 10.0
"""How long a child that was asked to end may take before it is killed."""

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotStartError(Exception):
    """The child could not be started; the text says why, for the user."""


def run_attempt(attempt: Attempt, lifeline: int | None = None) -> None:
    """Run what the attempt's spec says, and leave the exit record.

    Args:
        attempt: The folder, with its spec.
        lifeline: The read end of a pipe that the driver holds open; when the driver
            dies, however suddenly, the child is ended.
    """
    spec = attempt.read_spec()
    started_at = time.time()
    watch = _Watch(lifeline)
    attempt.beat(None)
    try:
        child = _start(spec.action, attempt)
    except CannotStartError as error:
        outcome = Outcome("failed", error=str(error))
    else:
        outcome = _guard(watch, attempt, child, spec.timeout)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    scale = 1 if sys.platform == "darwin" else 1024
    attempt.finish(
        ExitRecord(
            outcome=outcome,
            started_at=started_at,
            finished_at=time.time(),
            cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
            max_rss=usage.ru_maxrss * scale,
        )
    )


def _guard(
    watch: _Watch,
    attempt: Attempt,
    child: subprocess.Popen[bytes],
    timeout: float | None,
) -> Outcome:
    """Watch over the child; whatever goes wrong here, it is not left alone."""
    try:
        with suppress(OSError):  # the disk is full: the child need not suffer for it
            attempt.beat(child.pid)
        return watch.until_exit(attempt, child, timeout)
    except BaseException:
        signal_group(child.pid, signal.SIGKILL)
        raise


@dataclass(frozen=True, slots=True)
class _Cause:
    """What ends a child from outside: the outcome it makes, and the signal to send."""

    outcome: Outcome
    signum: int = signal.SIGTERM


class _Watch:
    """Waits for the child, for signals, and for the end of the driver.

    Signals only write a byte into a pipe, so that everything happens in one loop.
    """

    def __init__(self, lifeline: int | None) -> None:
        self._lifeline = lifeline
        self._signals: list[int] = []
        self._wakeup, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore)
        for signum in PASSED_ON:
            signal.signal(signum, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        self._signals.append(signum)

    def until_exit(
        self, attempt: Attempt, child: subprocess.Popen[bytes], timeout: float | None
    ) -> Outcome:
        """Wait until the child has ended, and say how and why."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := child.poll()) is None:
            if cause := self._wait(deadline):
                code = self._end(child, cause)
                return Outcome(cause.outcome.status, code, cause.outcome.error)
            with suppress(OSError):  # see above
                attempt.touch()
        return _judge(code)

    def _end(self, child: subprocess.Popen[bytes], cause: _Cause) -> int:
        """End the child and all that it has started, and give its exit status.

        They are asked first. Who has not gone when the grace is over, or when we are
        asked a second time, is killed.
        """
        family = Family(child.pid)
        family.signal(cause.signum)
        deadline = time.monotonic() + GRACE_SECONDS
        code = child.poll()
        while code is None or not family.is_gone():
            # Only the child's own end wakes us: for the others we have to look.
            if self._wait(deadline, pause=HEARTBEAT_SECONDS if code is None else 0.05):
                family.signal(signal.SIGKILL)
                deadline = time.monotonic() + GRACE_SECONDS
            code = child.poll() if code is None else code
        return code

    def _wait(
        self, deadline: float | None, pause: float = HEARTBEAT_SECONDS
    ) -> _Cause | None:
        """Wait for something to happen; say what ends the child, if that is it."""
        if deadline is not None:
            pause = max(0.0, min(pause, deadline - time.monotonic()))
        poll = select.poll()  # `select.select` knows no descriptor above 1023
        poll.register(self._wakeup, select.POLLIN)
        if self._lifeline is not None:
            poll.register(self._lifeline, select.POLLIN)
        ready = [descriptor for descriptor, _ in poll.poll(pause * 1000)]
        if self._wakeup in ready:
            os.read(self._wakeup, 4096)
        if self._signals:
            signum = self._signals.pop()
            self._signals.clear()
            error = f"interrupted by {_signal_name(signum)}"
            return _Cause(Outcome("interrupted", error=error), signum)
        if self._lifeline in ready:
            self._lifeline = None
            return _Cause(Outcome("interrupted", error="its driver died"))
        if deadline is not None and time.monotonic() >= deadline:
            return _Cause(Outcome("failed", error="timed out"))
        return None


def _ignore(_signum: int, _frame: FrameType | None) -> None:
    """Do nothing: the byte in the pipe is all that is wanted."""


def _start(action: Action, attempt: Attempt) -> subprocess.Popen[bytes]:
    """Start the child in a process group of its own, writing straight into the log."""
    argv = _argv(action, attempt)
    try:
        with attempt.output.open("ab", buffering=0) as output:
            return subprocess.Popen(
                argv,
                cwd=action.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
    except FileNotFoundError as error:
        if error.filename == action.cwd:
            raise CannotStartError(f"no folder {action.cwd}") from None
        raise CannotStartError(f"no command {argv[0]!r}") from None
    except OSError as error:  # E2BIG says "Argument list too long"
        raise CannotStartError(f"{argv[0]}: {error.strerror}") from None


def _argv(action: Action, attempt: Attempt) -> list[str]:
    """Give the words of the child's command; the files among them are written."""
    if isinstance(action, Call):
        module = ["-P", "-m", "sweepflow.engine.call"]
        return [sys.executable, *module, str(attempt.folder)]
    for file in action.files():
        path = attempt.folder / file.name
        path.write_text(file.text, "utf-8", errors="surrogateescape")
    folder = str(attempt.folder)
    return [w if isinstance(w, str) else f"{folder}/{w.name}" for w in action.argv]


def _signal_name(signum: int) -> str:
    try:
        return signal.Signals(signum).name
    except ValueError:  # a real-time signal
        return f"signal {signum}"


def _judge(code: int) -> Outcome:
    if code == 0:
        return Outcome("completed", 0)
    if code < 0:
        return Outcome("failed", code, f"killed by {_signal_name(-code)}")
    return Outcome("failed", code, f"exit status {code}")


if __name__ == "__main__":
    run_attempt(Attempt(Path(sys.argv[1])))
