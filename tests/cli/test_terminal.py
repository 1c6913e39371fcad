"""What a terminal shows, by way of a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from typing import TYPE_CHECKING

from tests.cli.conftest import SWEEPFLOW

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def on_a_terminal(shell: Shell, *args: str, answer: str = "") -> tuple[int, str]:
    """Run on a terminal of 100 columns; give the status and all that was drawn."""
    master, slave = pty.openpty()
    env = shell.env | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    process = subprocess.Popen(
        [*SWEEPFLOW, *args],
        cwd=shell.cwd,
        env=env,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        close_fds=True,
    )
    os.close(slave)
    os.write(master, answer.encode())
    drawn = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not data:
            break
        drawn += data
    os.close(master)
    return process.wait(timeout=30), drawn.decode("utf-8", "replace")


def test_a_live_bar_counts_below_the_output(shell: Shell) -> None:
    shell.write("jobs: {j: {run: sh work.sh, sets: [{each: 'a=1:4'}]}}")
    shell.write("echo [red]work[/red] $2; sleep 0.3; test $2 != a=3", "work.sh")

    status, drawn = on_a_terminal(shell, "run", "j")

    assert status == 1
    assert "[red]work[/red] a=4" in drawn  # no markup is read in it
    assert re.search(r"2/4", drawn)
    assert re.search(r"1 failed", drawn)
    assert re.search(r"\d\.\d/s", drawn)
    assert re.search(r"0:00:0\d", drawn)
    assert "4 commands: 3 completed, 1 failed" in drawn


def test_no_output_can_harm_it(shell: Shell) -> None:
    shell.write("jobs: {j: {run: sh work.sh}}")
    script = r"printf '\033[2J\033]0;title\a[/nope]\377\000 10%%\r20%%\rfinal\nend'"
    shell.write(f"{script}; head -c 1000000 /dev/zero | tr '\\0' x", "work.sh")

    status, drawn = on_a_terminal(shell, "run", "j")

    assert status == 0
    assert "final" in drawn
    assert "\x1b[2J" not in drawn
    assert "title" not in drawn


def test_tables_fit_the_width(shell: Shell) -> None:
    shell.write("jobs: {j: {run: 'true', sets: [{all: 'a=1:200'}]}}")
    shell.sweepflow("run", "j")

    _, drawn = on_a_terminal(shell, "runs")

    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in drawn.splitlines()]
    assert max(len(line.rstrip()) for line in lines) <= 100
    assert "…" in drawn
    piped = shell.sweepflow("runs").stdout
    assert piped.rstrip().endswith(",200")
