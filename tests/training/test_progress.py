"""What a person sees of a training."""

from __future__ import annotations

import os
import pty
import sys
from typing import TYPE_CHECKING

from sweepflow.training import Progress, progress
from sweepflow.training.progress import Pace, shown, words

if TYPE_CHECKING:
    import pytest


def step(number: int, total: int | None = 24) -> Progress:
    return Progress(number, total, {"loss": 1 / number})


def test_a_step_is_a_line() -> None:
    assert words(step(12)) == "step 12/24, loss 0.0833"
    assert words(step(12), 8.2) == "step 12/24, loss 0.0833, 8 s left"
    assert words(step(12, None), 130) == "step 12, loss 0.0833, 2 min left"
    assert words(Progress(1), 3 * 3600 + 300) == "step 1, 3 h 05 min left"


def test_the_pace_tells_how_long_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    pace = Pace()
    assert pace.left(step(4)) is None
    now = 10.0
    assert pace.left(step(9)) == 30.0
    assert pace.left(step(9, None)) is None


def test_a_pipe_gets_the_first_and_the_last_and_some(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    with shown() as listener:
        for number in range(1, 25):
            listener(step(number))
            now += 1.0
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("/")[0] for line in lines] == [
        f"step {number}" for number in (1, 6, 11, 16, 21, 24)
    ]
    assert lines[1] == "step 6/24, loss 0.1667, 18 s left"


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        patch.setenv("TERM", "xterm")
        with shown() as listener:
            listener(step(24))
    said = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "training" in said
    assert "step 24/24, loss 0.0417" in said
