"""What a person sees of a training: a bar on a terminal, elsewhere a line at times."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

    from sweepflow.training.run import Listener, Progress

_LINE_SECONDS: Final = 5.0


@contextmanager
def shown() -> Generator[Listener]:
    """Give a listener that shows how far a training is, on the standard error."""
    if sys.stderr.isatty():
        with _bar() as listener:
            yield listener
    else:
        yield _Lines()


def words(progress: Progress, seconds_left: float | None = None) -> str:
    """Say a step in a line, such as `step 12/24, loss 0.4312, 8 s left`."""
    of = "" if progress.total is None else f"/{progress.total}"
    said = [f"step {progress.step}{of}"]
    if (loss := progress.metrics.get("loss")) is not None:
        said.append(f"loss {loss:.4f}")
    if seconds_left is not None:
        said.append(f"{_duration(seconds_left)} left")
    return ", ".join(said)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    minutes, rest = divmod(whole // 60, 60)
    return (
        f"{minutes} h {rest:02} min".removeprefix("0 h ") if minutes else f"{rest} min"
    )


class _Lines:
    """Prints the first step, the last, and one every few seconds."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        left = self._pace.left(progress)
        is_last = progress.step == progress.total
        if is_last or time.monotonic() >= self._next:
            self._next = time.monotonic() + _LINE_SECONDS
            sys.stderr.write(words(progress, None if is_last else left) + "\n")
            sys.stderr.flush()


class Pace:
    """Tells how long a training will go on, from the steps that it has seen come."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def left(self, progress: Progress) -> float | None:
        """Give the seconds that are left, if that can be told yet."""
        now = time.monotonic()
        if self._first is None:
            self._first = now, progress.step
        since, step = self._first
        done = progress.step - step
        if not done or progress.total is None or now - since < 0.5:
            return None
        return (now - since) / done * (progress.total - progress.step)


@contextmanager
def _bar() -> Generator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("training"), BarColumn(), TextColumn("{task.description}"))
    pace = Pace()
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)

        def show(progress: Progress) -> None:
            text = words(progress, pace.left(progress))
            bar.update(
                task,
                description=text,
                completed=progress.step,
                total=progress.total,
            )

        yield show
