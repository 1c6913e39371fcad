"""Showing a plan while it runs: live on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from sweepflow.cli.streams import discard, lossy
from sweepflow.cli.text import counted, duration, last_lines
from sweepflow.cli.views import Live, Plain
from sweepflow.engine.events import (
    Interrupted,
    OutputDamaged,
    PlanStarted,
    TaskCached,
    TaskChecked,
    TaskFinished,
    TaskHeld,
    TaskNumbers,
    TaskOutput,
    TaskRetried,
    TaskSkipped,
    TaskStarted,
)
from sweepflow.search.study import is_pruned

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from sweepflow.engine.events import Event

LONGEST_LINE = 1 << 23
"""Bytes without a newline after which one is put in, so that memory stays bounded."""

TAIL_LINES = 10
STATUSES = ("completed", "cached", "pruned", "failed", "interrupted", "not started")
"""In the order in which they are summed up."""

TAILS = 5
"""Of how many failures the last lines are shown; of the others, where they are."""


class Lines:
    """Cuts the output of many tasks into whole lines."""

    def __init__(self) -> None:
        self._parts: dict[str, bytearray] = {}

    def feed(self, key: str, data: bytes) -> bytes:
        """Give the lines that `data` completes, all of them with their newline."""
        part = self._parts.setdefault(key, bytearray())
        end = data.rfind(b"\n") + 1
        lines = bytes(part) + data[:end] if end else b""
        if end:
            part.clear()
        part += data[end:]
        if len(part) > LONGEST_LINE:
            lines += bytes(part) + b"\n"
            part.clear()
        return lines

    def end(self, key: str) -> bytes:
        """Give the last line of a task, if it had no newline."""
        rest = self._parts.pop(key, None)
        return bytes(rest) + b"\n" if rest else b""


_NOUNS = {"job": "command", "workflow": "step", "operation": "run"}


class Display:
    """Listens to the events of one plan, or of several in a row, and shows them.

    What the commands write goes to standard output, each line behind its task's name,
    for as long as somebody takes it; what Sweepflow says goes to standard error. In
    the end it says how it went, however that came about.

    Args:
        trials: How many trials of a search there will be, in plans that nobody knows
            yet; then these are counted, and not the tasks.
    """

    def __init__(self, trials: int | None = None) -> None:
        self._trials = trials
        self._lines = Lines()
        self._view = Live() if sys.stderr.isatty() else Plain()
        self._failures: list[TaskFinished] = []
        self._counts: Counter[str] = Counter()
        self._total = 0
        self._kind = "job"
        self._name = ""
        self._run: str | None = None  # of what was asked for, where that is one run
        self._begun = time.monotonic()

    def __enter__(self) -> Self:
        if self._trials is not None:
            self._view.start(self._trials)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with lossy(sys.stderr):
            self._view.close()
            if self._total:
                self._summarize()

    def __call__(self, event: Event) -> None:
        with lossy(sys.stderr):
            self._tell(event)

    def tried(self, text: str) -> None:
        """Say what came of a trial."""
        with lossy(sys.stderr):
            self._view.counted(text)

    def _tell(self, event: Event) -> None:
        match event:
            case PlanStarted():
                self._total += len(event.plan.tasks)
                self._kind = event.plan.kind
                self._name = event.plan.name
                if self._trials is None:
                    self._view.start(self._total)
            case TaskStarted():
                if event.task.key == self._name:
                    self._run = event.run_id
            case TaskOutput():
                self._show(event.task.key, self._lines.feed(event.task.key, event.data))
            case TaskFinished():
                self._finished(event)
            case TaskCached():
                self._counts["cached"] += 1
                self._ended(f"{event.task.key} cached", "cached")
            case TaskSkipped():
                self._counts[_status(event)] += 1
            case _:
                for line in _remarks(event):
                    self._view.say(line)

    def _finished(self, event: TaskFinished) -> None:
        status = _status(event)
        self._counts[status] += 1
        if status not in {"completed", "pruned"}:
            self._failures.append(event)
        self._show(event.task.key, self._lines.end(event.task.key))
        self._ended(_sentence(event), status)

    def _ended(self, sentence: str, status: str) -> None:
        if self._trials is None:
            self._view.finished(sentence, status)
        else:
            self._view.ended(sentence, status)

    def _summarize(self) -> None:
        """Say how it went, and where the output of each failure is."""
        unknown = self._total - self._counts.total()
        counts = self._counts + Counter({"not finished": unknown})
        named = (*STATUSES, "not finished")
        parts = [f"{counts[name]:,} {name}" for name in named if counts[name]]
        took = duration(time.monotonic() - self._begun)
        total = counted(self._total, _NOUNS[self._kind])
        sys.stderr.write(f"{total}: {', '.join(parts)} in {took}\n")
        held_up = counts["not started"] and not counts["pruned"]
        if counts["interrupted"] or held_up or unknown:
            sys.stderr.write(f"{self._what_next()}\n")
        for n, failure in enumerate(self._failures):
            sys.stderr.write(f"\n{failure.task.key} {_ending(failure)}\n")
            shown = n < TAILS and failure.outcome.status == "failed"
            for line in last_lines(failure.log, TAIL_LINES) if shown else ():
                sys.stderr.write(f"  | {line}\n")
            if failure.log.exists():
                sys.stderr.write(f"  output: {failure.log}\n")

    def _what_next(self) -> str:
        if self._kind != "operation":
            return "run the same again to do what is left"
        if self._run:
            return f"to do what is left: sweepflow run --restart {self._run}"
        return "run the same again with --needed to do what is left"

    def _show(self, key: str, lines: bytes) -> None:
        if not lines:
            return
        try:
            self._view.output(key, lines)
        except OSError as error:
            discard(sys.stdout)
            self._view.say(
                f"standard output takes no more ({error.strerror}): "
                "the commands go on, and their output is kept"
            )


def _remarks(
    event: TaskChecked
    | TaskHeld
    | TaskNumbers
    | TaskRetried
    | OutputDamaged
    | Interrupted,
) -> list[str]:
    match event:
        case TaskNumbers():
            return []  # `runs info` shows them
        case TaskChecked(task, checked):
            return [f"{task.key}: {s}" for s in (checked.summary, *checked.failures)]
        case TaskHeld(task, host):
            return [f"{task.key} waits: it is being done on {host}"]
        case TaskRetried(task, error, seconds):
            return [f"{task.key} in {duration(seconds)} again: {error}"]
        case OutputDamaged(task, name, atom):
            return [
                (
                    f"{task.key} again: the bytes of its {name!r} ({atom}) are damaged "
                    "or missing"
                )
            ]
        case Interrupted():
            return [
                (
                    "interrupted: waiting up to 10 s for what runs to end "
                    "(interrupt again to kill it)"
                )
            ]


def _status(event: TaskFinished | TaskSkipped) -> str:
    """Give how a task ended: what a search has ended is pruned, not interrupted."""
    if is_pruned(event.outcome.error):
        return "pruned"
    return "not started" if event.outcome.status == "skipped" else event.outcome.status


def _sentence(event: TaskFinished) -> str:
    ending = _ending(event).partition("\n")[0]  # the rest is told in the end
    return f"{event.task.key} {ending} ({duration(event.seconds)})"


def _ending(event: TaskFinished) -> str:
    status, error = event.outcome.status, event.outcome.error
    if status == "interrupted" and error:
        return error
    return f"{status}: {error}" if error else status
