"""The scalars in the output of a run, read while it is written."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from sweepflow.engine.scalars import Reader, Recorder
from sweepflow.operations.running.log import warn

if TYPE_CHECKING:
    from collections.abc import Collection, Generator
    from pathlib import Path

    from sweepflow.engine.scalars import Patterns
    from sweepflow.store.records import ScalarRecord

_PAUSE: Final = 1.0
_CHUNK: Final = 1 << 18


class Numbers:
    """Follows a file of output, so that little is left to do when the command ends."""

    def __init__(
        self, output: Path, patterns: Patterns, flags: Collection[str]
    ) -> None:
        self._output = output
        self._reader = Reader(patterns, flags)
        self._recorder = Recorder()
        self._position = 0

    @contextmanager
    def following(self) -> Generator[None]:
        """Read along, in a thread, for the time of the context."""
        ended = threading.Event()

        def follow() -> None:
            while not ended.wait(_PAUSE):
                self._read(ended)

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def finish(self, seconds: float | None = None) -> tuple[ScalarRecord, ...]:
        """Read what is there by now, and give what all of it sums up to.

        Args:
            seconds: After which the rest is passed over.
        """
        late = None if seconds is None else time.monotonic() + seconds
        self._read(late=late)
        self._recorder.add(self._reader.finish())
        if name := self._recorder.left_out:
            warn(
                f"{name!r} and other numbers are not recorded: there are too many of "
                "them; say which are results with output-scalars"
            )
        return self._recorder.records()

    def _read(
        self, ended: threading.Event | None = None, late: float | None = None
    ) -> None:
        """Read on, up to where the output ends now: there may be no end to it."""
        with suppress(OSError), self._output.open("rb") as file:
            end = os.fstat(file.fileno()).st_size
            file.seek(self._position)
            while self._position < end and not (ended and ended.is_set()):
                if late is not None and time.monotonic() > late:
                    return
                chunk = file.read(min(_CHUNK, end - self._position))
                if not chunk:  # somebody has cut it
                    return
                self._position += len(chunk)
                self._recorder.add(self._reader.feed(chunk))
