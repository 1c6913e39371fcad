"""How text, numbers and tables look on a terminal and in a pipe."""

from __future__ import annotations

import json
import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

TAIL_BYTES = 1 << 14

# The carriage returns at the end of a line, and what one within it has overwritten.
_RETURNS = re.compile(r"(?<!\r)\r+$", re.MULTILINE)
_OVERWRITTEN = re.compile(r"^.*\r", re.MULTILINE)
# Colours and the like, then every control character but the tab and the newline.
_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(\x07|\x1b\\)?|.)?")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(lines: bytes) -> str:
    """Give lines as they would stand on a terminal in the end, without their effects.

    Of a progress bar that overwrites itself, the last state stays.
    """
    text = lines.decode("utf-8", "replace")
    text = _ESCAPES.sub("", _OVERWRITTEN.sub("", _RETURNS.sub("", text)))
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def visible(text: str) -> str:
    """Give a text in one line, with an escape for each control character."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda found: repr(found[0])[1:-1], text)


def last_lines(path: Path, count: int) -> list[str]:
    """Give the last lines of a log; of a line that is very long, its end."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            lines = file.read().splitlines()
    except OSError:
        return []
    return [printable(line)[-500:] for line in lines if line.strip()][-count:]


def duration(seconds: float) -> str:
    """Give a duration as people say it: `0.3 s`, `2 min 5 s`, `3 h 20 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(count: float) -> str:
    """Give a number of bytes as people say it: `12 B`, `3.4 MiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def local_time(seconds: float) -> str:
    """Give a Unix time as a date and a time of day here."""
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M:%S}"


def counted(number: int, noun: str) -> str:
    """Give `1 command` or `3 commands`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_json(data: object) -> None:
    sys.stdout.write(json.dumps(data, indent=2) + "\n")


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns; a terminal cuts what is too wide, a pipe gets all."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*row)
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 1_000_000
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().rstrip("\n").split("\n"):
        sys.stdout.write(line.rstrip() + "\n")
