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
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import HEARTBEAT_SECONDS, Attempt, ExitRecord
from sweepflow.engine.task import Call, Outcome, RunFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import BinaryIO

    from sweepflow.engine.task import Action, Command

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
        attempt.beat(child.pid)
        outcome = watch.until_exit(attempt, child, spec.timeout)
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
        self, attempt: Attempt, child: _Child, timeout: float | None
    ) -> Outcome:
        """Wait until the child has ended, and say how and why."""
        first: _Cause | None = None
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := child.poll()) is None:
            cause = self._wait(deadline)
            if cause is not None and first is None:
                first = cause
                _signal_group(child.pid, cause.signum)
                deadline = time.monotonic() + GRACE_SECONDS
            elif cause is not None:  # asked a second time, or out of grace
                _signal_group(child.pid, signal.SIGKILL)
                deadline = None
            attempt.touch()
        if first is None:
            return _judge(code)
        _signal_group(child.pid, signal.SIGKILL)  # what the child left behind
        return Outcome(first.outcome.status, code, first.outcome.error)

    def _wait(self, deadline: float | None) -> _Cause | None:
        """Wait for something to happen; say what ends the child, if that is it."""
        pause = HEARTBEAT_SECONDS
        if deadline is not None:
            pause = max(0.0, min(pause, deadline - time.monotonic()))
        sources = [self._wakeup]
        if self._lifeline is not None:
            sources.append(self._lifeline)
        ready, _, _ = select.select(sources, [], [], pause)
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


@dataclass(frozen=True, slots=True)
class _Child:
    """A started child; `poll` gives its exit status, or None while it runs."""

    pid: int
    poll: Callable[[], int | None]


def _start(action: Action, attempt: Attempt) -> _Child:
    """Start the child in a process group of its own."""
    with attempt.output.open("ab", buffering=0) as output:
        if isinstance(action, Call):
            return _fork_call(action, output)
        return _spawn(action, attempt, output)


def _spawn(command: Command, attempt: Attempt, output: BinaryIO) -> _Child:
    argv = [_place(word, attempt) for word in command.argv]
    try:
        process = subprocess.Popen(
            argv,
            cwd=command.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
        )
    except FileNotFoundError as error:
        if error.filename == command.cwd:
            raise CannotStartError(f"no folder {command.cwd}") from None
        raise CannotStartError(f"no command {argv[0]!r}") from None
    except OSError as error:  # E2BIG says "Argument list too long"
        raise CannotStartError(f"{argv[0]}: {error.strerror}") from None
    return _Child(process.pid, process.poll)


def _place(word: str | RunFile, attempt: Attempt) -> str:
    """Give the word itself, or write the file that it stands for and give its path."""
    if isinstance(word, str):
        return word
    path = attempt.folder / word.name
    path.write_text(word.text, "utf-8", errors="surrogateescape")
    return str(path)


def _fork_call(call: Call, output: BinaryIO) -> _Child:
    """Fork, so that this process can go on watching: it is small and has one thread."""
    child = os.fork()
    if child:
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(child, child)  # both sides do it: whoever comes first
        return _Child(child, partial(_poll, child))
    code = 1
    try:
        os.setpgid(0, 0)
        _become_child(output)
        code = _call(call)
    finally:
        os._exit(code)


def _become_child(output: BinaryIO) -> None:
    """Leave nothing of the worker's plumbing to the user's code."""
    signal.set_wakeup_fd(-1)
    for signum in (*PASSED_ON, signal.SIGCHLD):
        signal.signal(signum, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    os.closerange(3, 256)


def _call(call: Call) -> int:
    """Import the function and call it; give the exit status."""
    try:
        os.chdir(call.cwd)
        sys.path.insert(0, call.cwd)
        sys.argv = [call.ref, *call.args]
        _find_function(call.ref)(list(call.args))
    except SystemExit as stop:
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)  # noqa: T201 - as the interpreter does
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BaseException:  # noqa: BLE001 - the user's code may raise anything
        traceback.print_exc()
        return 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()
    return 0


def _find_function(ref: str) -> Callable[[list[str]], object]:
    import importlib

    module, _, name = ref.rpartition(".")
    function = getattr(importlib.import_module(module), name, None)
    if not callable(function):
        raise SystemExit(f"error: module {module!r} has no function {name!r}")
    return function


def _poll(child: int) -> int | None:
    """Give the exit status of a child that has ended; negative is minus a signal."""
    pid, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else None


def _signal_group(group: int, signum: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signum)


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
