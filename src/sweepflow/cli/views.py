"""What a plan looks like while it runs: lines in a pipe, a live bar on a terminal.

Both have the same methods; `progress.Display` tells them what happens.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.cli.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions
    from rich.progress import Progress
    from rich.segment import Segment


class Plain:
    """Plain lines, for a pipe or a file: the bytes of the commands unchanged."""

    def __init__(self) -> None:
        self._total = 0
        self._done = 0

    def start(self, total: int) -> None:
        """Begin, or learn that there is more to count."""
        self._total = total

    def output(self, key: str, lines: bytes) -> None:
        """Show whole lines that a task wrote."""
        prefix = f"{key} | ".encode("utf-8", "backslashreplace")
        sys.stdout.buffer.write(prefix + lines[:-1].replace(b"\n", b"\n" + prefix))
        sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()

    def finished(self, sentence: str, _status: str) -> None:
        """Tell of a task that has ended, and count it."""
        self.counted(sentence)

    def ended(self, sentence: str, _status: str) -> None:
        """Tell of a task of a trial: the trial is counted, not the task."""
        self.say(sentence)

    def counted(self, sentence: str) -> None:
        """Tell of a trial, and count it."""
        self._done += 1
        width = len(str(self._total))
        self.say(f"[{self._done:{width}}/{self._total}] {sentence}")

    def say(self, text: str) -> None:
        """Tell anything else."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Nothing is left to tidy up."""


class Live:
    """A bar with counts, rate and time left below what the commands write."""

    def __init__(self) -> None:
        self._progress = _make_bar()
        self._bar = self._progress.add_task("", total=0, failed=0)
        self._failed = 0
        self._plain = None if sys.stdout.isatty() else Plain()

    def start(self, total: int) -> None:
        self._progress.update(self._bar, total=total)
        self._progress.start()

    def output(self, key: str, lines: bytes) -> None:
        if self._plain:
            self._plain.output(key, lines)
            return
        prefix = self._prefix(key)
        text = printable(lines)[:-1].replace("\n", "\n" + prefix)
        # One piece that is not looked into, since rich takes its time for each line.
        self._progress.console.print(_AsItIs(f"{prefix}{text}\n"), soft_wrap=True)

    def finished(self, sentence: str, status: str) -> None:
        if status != "interrupted":
            self._failed += status == "failed"
            self._progress.update(self._bar, advance=1, failed=self._failed)
        if status not in {"completed", "cached"}:
            self._print(sentence, "red")

    def ended(self, sentence: str, status: str) -> None:
        self._failed += status == "failed"
        if status not in {"completed", "cached", "pruned"}:
            self._print(sentence, "red")

    def counted(self, sentence: str) -> None:
        self._progress.update(self._bar, advance=1, failed=self._failed)
        self._print(sentence, "")

    def say(self, text: str) -> None:
        self._print(text, "yellow")

    def close(self) -> None:
        self._progress.stop()

    def _prefix(self, key: str) -> str:
        from rich.console import Console
        from rich.text import Text

        console = Console(stderr=True)  # the other one draws its bar with every print
        with console.capture() as captured:
            console.print(Text(key, "cyan"), end=" | ", soft_wrap=True)
        return captured.get()

    def _print(self, text: str, style: str) -> None:
        from rich.text import Text

        # A text, since markup would read what the commands put in square brackets.
        self._progress.console.print(Text(text, style), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class _AsItIs:
    """Text that rich writes unchanged."""

    text: str

    def __rich_console__(
        self, _console: Console, _options: ConsoleOptions
    ) -> Iterator[Segment]:
        from rich.segment import Segment

        yield Segment(self.text)


def _make_bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            if not speed:
                return Text("")
            per_second = speed >= 1
            number, unit = (speed, "s") if per_second else (speed * 60, "min")
            return Text(f"{number:.1f}/{unit}")

    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("[red]{task.fields[failed]} failed"),
        Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
