"""Whether a file is text, by its name and its first bytes."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_SAMPLE: Final = 1024
_TEXT: Final = frozenset({".csv", ".md", ".py", ".sh", ".txt"})
_BINARY: Final = frozenset(
    {
        *(".ai", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".ps", ".psd"),
        *(".svg", ".tif", ".tiff", ".webp"),
        *(".aif", ".avi", ".mid", ".midi", ".mov", ".mp3", ".mp4", ".mpa", ".mpeg"),
        *(".ogg", ".swf", ".wav", ".wma", ".wmv"),
        *(".7z", ".deb", ".gz", ".pkg", ".rar", ".rpm", ".tar", ".xz", ".z", ".zip"),
        *(".doc", ".docx", ".key", ".pdf", ".ppt", ".pptx", ".xlr", ".xls", ".xlsx"),
        *(".bin", ".pickle", ".pkl", ".pyc", ".so"),
    }
)
_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL: Final = bytes(set(range(32)) - set(b"\n\r\t\f\b"))
_MOSTLY: Final = 0.3
"""The share of control characters that no text has."""


def is_text(path: Path) -> bool:
    """Whether a file is text; False too if it cannot be read."""
    ending = path.suffix.lower()
    if ending in _TEXT or ending in _BINARY:
        return ending in _TEXT
    try:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
    except OSError:
        return False
    if sample.startswith(_MARKS):
        return True
    if b"\0" in sample:
        return False
    try:
        # The sample may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return b"\xff" not in sample and _is_mostly_printable(sample)
    return _is_mostly_printable(sample)


def _is_mostly_printable(sample: bytes) -> bool:
    printable = len(sample.translate(None, _CONTROL))
    return len(sample) - printable <= _MOSTLY * len(sample)
