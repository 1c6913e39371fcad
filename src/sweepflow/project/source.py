"""The text of a file, and where in it something stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.errors import Place, ProjectError

if TYPE_CHECKING:
    from pathlib import Path

# What YAML lets nobody write, except as an escape in double quotes.
_FORBIDDEN: Final = re.compile(
    "[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True)
class Source:
    """A file and its text, whose lines end in a bare newline."""

    file: Path
    text: str

    def place(self, index: int) -> Place:
        """The line and column of the character at `index`."""
        line = self.text.count("\n", 0, index) + 1
        column = index - self.text.rfind("\n", 0, index)
        return Place(self.file, line, column)

    def error(
        self, message: str, index: int, *, hint: str | None = None
    ) -> ProjectError:
        """An error that points at the character at `index`."""
        return ProjectError(message, place=self.place(index), hint=hint)


def read(file: Path) -> Source:
    """The text of `file`, without a byte order mark.

    Raises:
        ProjectError: The file is missing, a folder or not readable, is no UTF-8, or
            holds a control character.
    """
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise ProjectError(f"no such file: {file}") from None
    except IsADirectoryError:
        raise ProjectError(
            f"{file} is a folder, not a file", hint="name the file inside it"
        ) from None
    except OSError as error:
        raise ProjectError(f"cannot read {file}: {error.strerror}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProjectError(
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} on this line",
            place=Place(file, line),
            hint="save the file as UTF-8",
        ) from None
    source = Source(file, text.replace("\r\n", "\n").replace("\r", "\n"))
    if forbidden := _FORBIDDEN.search(source.text):
        code = ord(forbidden[0])
        raise source.error(
            f"the character U+{code:04X} may not stand in YAML",
            forbidden.start(),
            hint="remove it, or write it as an escape in double quotes",
        )
    return source
