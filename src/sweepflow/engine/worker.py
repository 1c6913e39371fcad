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
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine import numbers
from sweepflow.engine.attempt import HEARTBEAT_SECONDS, Attempt, ExitRecord, Findings
from sweepflow.engine.forked import Forked
from sweepflow.engine.policy import family
from sweepflow.engine.processes import Family, signal_group
from sweepflow.engine.task import Call, Outcome, StepCall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import TypeAlias

    from sweepflow.engine.attempt import TaskSpec
    from sweepflow.engine.task import Command

    Child: TypeAlias = subprocess.Popen[bytes] | Forked

GPUS = "CUDA_VISIBLE_DEVICES"

GRACE_SECONDS = 10.0
"""How long a child that was asked to end may take before it is killed."""

TIMED_OUT = "timed out"

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotStartError(Exception):
    """The child could not be started; the text says why, for the user."""


def run_attempt(
    attempt: Attempt,
    lifeline: int | None = None,
    *,
    live: object = None,
    private: Sequence[int] = (),
) -> None:
    """Run what the attempt's spec says, and leave the exit record.

    Args:
        attempt: The folder, with its spec.
        lifeline: The read end of a pipe that the driver holds open; when the driver
            dies, however suddenly, the child is ended.
        live: What a step's reference names, where it cannot be found by that.
        private: Descriptors that the child is not to get.
    """
    spec = attempt.read_spec()
    started_at = time.time()
    watch = _Watch(lifeline)
    attempt.beat(None)
    try:
        if isinstance(spec.action, StepCall):
            private = (*private, *watch.descriptors())
            child = _start_step(
                replace(spec, action=replace(spec.action, live=live)), attempt, private
            )
        else:
            child = _start(spec.action, attempt, _environment(spec, attempt))
    except CannotStartError as error:
        outcome = Outcome("failed", error=str(error))
    else:
        outcome = _guard(watch, attempt, child, spec.timeout)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    scale = 1 if sys.platform == "darwin" else 1024
    record = ExitRecord(
        outcome=outcome,
        started_at=started_at,
        finished_at=time.time(),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
        max_rss=usage.ru_maxrss * scale,
    )
    if isinstance(spec.action, StepCall):
        attempt.finish(_with_result(record, attempt))
    else:
        findings = numbers.of_command(attempt, spec.params)
        attempt.finish(replace(record, findings=findings))


def _with_result(record: ExitRecord, attempt: Attempt) -> ExitRecord:
    """Add what the step said of itself to how its process ended."""
    shutil.rmtree(attempt.workspace, ignore_errors=True)
    outcome = record.outcome
    result = attempt.read_result()
    if result:
        record = replace(record, findings=result.findings)
        if outcome.status != "completed":  # of what it ran, not of itself
            outcome = replace(outcome, exit_code=result.exit_code)
    else:
        record = replace(record, findings=Findings(numbers.of_step(attempt.numbers)))
    if outcome.error == TIMED_OUT:
        return replace(record, outcome=outcome, raised=family(TimeoutError))
    if result is None or outcome.status == "interrupted":
        if outcome.status == "completed":  # os._exit, say
            outcome = Outcome("failed", outcome.exit_code, "its process ended early")
        return replace(record, outcome=outcome)
    if result.outputs is not None and outcome.status == "completed":
        return replace(record, outputs=result.outputs)
    if result.error:  # it knows better than the process that told us
        outcome = Outcome("failed", result.exit_code, result.error)
    return replace(record, outcome=outcome, raised=result.raised)


def _guard(
    watch: _Watch, attempt: Attempt, child: Child, timeout: float | None
) -> Outcome:
    """Watch over the child; whatever goes wrong here, it is not left alone."""
    try:
        with suppress(OSError):  # the disk is full: the child need not suffer for it
            attempt.beat(child.pid)
        if isinstance(child, Forked):
            child.go_on()
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
        self._wakeup, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore)
        for signum in PASSED_ON:
            signal.signal(signum, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        self._signals.append(signum)

    def descriptors(self) -> list[int]:
        """Give what is open for watching."""
        ours = [self._wakeup, self._write_end]
        return ours if self._lifeline is None else [*ours, self._lifeline]

    def until_exit(
        self, attempt: Attempt, child: Child, timeout: float | None
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

    def _end(self, child: Child, cause: _Cause) -> int:
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
            return _Cause(Outcome("failed", error=TIMED_OUT))
        return None


def _ignore(_signum: int, _frame: FrameType | None) -> None:
    """Do nothing: the byte in the pipe is all that is wanted."""


def _environment(spec: TaskSpec, attempt: Attempt) -> dict[str, str]:
    """Give the environment of a command: that of the user, and what is its own."""
    ours = {numbers.VARIABLE: str(attempt.folder)}
    if spec.gpus is not None:
        ours[GPUS] = ",".join(map(str, spec.gpus))
    return os.environ | ours


def _start_step(spec: TaskSpec, attempt: Attempt, private: Sequence[int]) -> Forked:
    """Start a step in a fork of this process, which has imported its modules."""

    def child() -> int:
        from sweepflow.engine.step import perform
        from sweepflow.store.store import Store

        assert spec.home  # noqa: S101 - every step has one
        if spec.gpus is not None:
            os.environ[GPUS] = ",".join(map(str, spec.gpus))
        os.environ.pop(numbers.VARIABLE, None)  # of a command that we are under
        step = os.getpid()
        with Store(spec.home) as store:
            result = perform(spec, attempt.workspace, store)
            if os.getpid() == step:  # else a fork of it came back: its end is no result
                attempt.leave_result(result)
        return 0 if result.outputs is not None else 1

    try:
        attempt.workspace.mkdir()
        os.chdir(spec.action.cwd)
        return Forked(child, attempt.output, private)
    except FileNotFoundError:
        raise CannotStartError(f"no folder {spec.action.cwd}") from None
    except OSError as error:
        raise CannotStartError(f"cannot start its process: {error.strerror}") from None


def _start(
    action: Command | Call, attempt: Attempt, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start the child in a process group of its own, writing straight into the log."""
    argv = _argv(action, attempt)
    try:
        with attempt.output.open("ab", buffering=0) as output:
            return subprocess.Popen(
                argv,
                cwd=action.cwd,
                env=environment,
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


def _argv(action: Command | Call, attempt: Attempt) -> list[str]:
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
