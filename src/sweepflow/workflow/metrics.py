"""Numbers that a step gives while it runs, such as the loss of a training."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from sweepflow.engine.scalars import Recorder, Scalar

if TYPE_CHECKING:
    from collections.abc import Generator

_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


def log_metric(name: str, value: float, step: int | None = None) -> None:
    """Record a number of the step that runs; `sweepflow runs info` shows it.

    Outside of a step nothing happens.

    Args:
        name: Such as `loss`. A name may come often: then its values are a curve.
        value: Any number.
        step: To which step of the work it belongs, counted as you like.
    """
    if recorder := _recorder.get():
        recorder.add([Scalar(name, float(value), step)])


@contextmanager
def recording(recorder: Recorder) -> Generator[None]:
    """Let what is logged meanwhile go to a recorder."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)
