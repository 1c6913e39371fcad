"""How text, numbers and tables look on a terminal and in a pipe."""

from __future__ import annotations

import json
import math
import re
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

TAIL_BYTES = 1 << 14

_GAP = "  "
"""Between the columns of a table."""

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
    """Print JSON that everything reads: a number that is none, or endless, is null."""
    try:
        text = json.dumps(data, indent=2, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(data), indent=2)
    sys.stdout.write(text + "\n")


def _finite(data: object) -> object:
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, Mapping):
        items = cast("Mapping[str, object]", data).items()
        return {name: _finite(value) for name, value in items}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in cast("Sequence[object]", data)]
    return data


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns; a terminal cuts what is too wide, a pipe gets all."""
    table = [header, *rows]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    is_terminal = sys.stdout.isatty()
    if is_terminal:
        widths = _fitted(widths, shutil.get_terminal_size().columns)
        table = [
            [_cut(cell, width) for cell, width in zip(row, widths, strict=True)]
            for row in table
        ]
    lines = [
        _GAP.join(
            cell + " " * (width - _width(cell))
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    ]
    if is_terminal:
        lines[0] = typer.style(lines[0], bold=True)
    sys.stdout.write("\n".join(lines) + "\n")


def _width(text: str) -> int:
    """Give how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """Give widths that fit together, by making the widest columns narrower."""
    fitted = list(widths)
    excess = sum(fitted) + len(_GAP) * (len(fitted) - 1) - room
    while excess > 0 and max(fitted) > 1:
        widest = max(fitted)
        next_one = max([width for width in fitted if width < widest], default=1)
        those = [n for n, width in enumerate(fitted) if width == widest][:excess]
        less = max(1, min(widest - next_one, excess // len(those)))
        for n in those:
            fitted[n] -= less
        excess -= less * len(those)
    return fitted


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1) + "…"
