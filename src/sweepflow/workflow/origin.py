"""Where each value of a config was written: in a file, or on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sweepflow.project.document import Document, read
from sweepflow.workflow.data import Path as DataPath
from sweepflow.workflow.data import PlainText

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sweepflow.errors import Place
    from sweepflow.project.entries import Entry

# A float of YAML 1.2 that PyYAML, which reads 1.1, takes for a text.
_FLOAT: Final = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)[eE][-+]?\d+")


def nowhere(_argument: str) -> None:
    """Give the place of an argument of the command line, which has none."""


@dataclass(frozen=True)
class Origin:
    """Where the values of a config come from.

    Args:
        document: The file, if there is one.
        arguments: What was written beside it, by the path that it sets: on the command
            line, or in the file of a job.
        where: Gives the place of such an argument, if that is in a file.
    """

    document: Document | None = None
    arguments: Mapping[DataPath, str] = field(default_factory=dict[DataPath, str])
    where: Callable[[str], Place | None] = nowhere

    def place(self, path: DataPath, *, key: bool = False) -> Place | None:
        """Give where in a file a value stands, or its key."""
        argument = self.argument(path)
        if argument is None and not self._is_in_file(path):
            argument = self._inside(path)
        if argument:
            return self.where(argument)
        if self.document is None:
            return None
        if key and path:
            try:
                return self.document.key_place(*path)
            except KeyError:
                pass
        return self.document.place(*path)

    def argument(self, path: DataPath) -> str | None:
        """Give the argument that set a value, or something around it."""
        for length in range(len(path), 0, -1):
            if found := self.arguments.get(path[:length]):
                return found
        return None

    def _is_in_file(self, path: DataPath) -> bool:
        try:
            return self.document is not None and bool(self.document.entry(*path))
        except KeyError:
            return False

    def _inside(self, path: DataPath) -> str | None:
        length = len(path)
        inside = (one for at, one in self.arguments.items() if at[:length] == path)
        return next(inside, None)


def read_data(file: Path) -> tuple[Document, Any]:
    """Read a YAML file as a document and as its values.

    Raises:
        ProjectError: It cannot be read, or is no YAML that is safe to load.
    """
    document = read(file)
    return document, _values(document.root)


def _values(entry: Entry) -> Any:  # noqa: ANN401 - whatever the file says
    if isinstance(entry.value, dict):
        return {str(key): _values(child) for key, child in entry.children.items()}
    if isinstance(entry.value, list):
        return [_values(child) for child in entry.children.values()]
    if isinstance(entry.value, str) and not entry.style:
        return plain_text(entry.value)
    return entry.value


def plain_text(text: str) -> str:
    """Mark a text without quotes that YAML 1.2 would read as a number."""
    return PlainText(text) if _FLOAT.fullmatch(text) else text
