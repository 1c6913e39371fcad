"""A YAML file as plain values, and where each of them stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweepflow.project.entries import Entry, parse
from sweepflow.project.scalars import locate
from sweepflow.project.source import Source
from sweepflow.project.source import read as read_source

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.errors import Place

Step = str | int
"""A step of a path: the key in a mapping or the index in a list."""


@dataclass(frozen=True)
class Document:
    """A file that was read: two are equal when file and text are."""

    source: Source
    root: Entry = field(repr=False, compare=False)

    @property
    def value(self) -> object:
        """All of the file as plain values; keys are text."""
        return self.root.value

    def place(self, *path: Step, offset: int | None = None) -> Place:
        """Where the value at `path` stands: a list or mapping, where its key does.

        Where the file has no such value, the place of what would hold it. What comes
        from an alias or a merge (`<<`) stands where its anchor does.

        Args:
            path: Keys and indices from the top.
            offset: A position in the value, if it is a text: the place of that
                character, whichever way the text is quoted or folded.
        """
        entry, key = self.root, self.root.start
        for step in path:
            if step not in entry.children:
                return self.source.place(key)
            key = entry.keys[step]
            entry = entry.children[step]
        if isinstance(entry.value, dict | list) or entry.start == entry.end:
            return self.source.place(key)
        if offset is None or not isinstance(entry.value, str):
            return self.source.place(entry.start)
        written = self.written(entry)
        inside = locate(written, entry.style, entry.value, offset)
        return self.source.place(entry.start + inside)

    def key_place(self, *path: Step) -> Place:
        """Where the key at the end of `path` stands; in a list, where the item does."""
        *above, last = path
        return self.source.place(self.entry(*above).keys[last])

    def entry(self, *path: Step) -> Entry:
        """What stands at `path`; raises KeyError where nothing does."""
        entry = self.root
        for step in path:
            entry = entry.children[step]
        return entry

    def names(self, *path: Step) -> tuple[str, ...]:
        """The keys of the mapping at `path`; none where no mapping stands."""
        entry = self.root
        for step in path:
            if step not in entry.children:
                return ()
            entry = entry.children[step]
        return tuple(key for key in entry.children if isinstance(key, str))

    def written(self, entry: Entry) -> str:
        """A scalar as it stands in the file, quotes included."""
        return self.source.text[entry.start : entry.end]


def read(file: Path, *, exponents: bool = False) -> Document:
    """The content of a YAML file.

    Args:
        file: Its path.
        exponents: Whether `1e-4` is a number, and no text.

    Raises:
        ProjectError: The file can't be read, or is no YAML that is safe to load.
    """
    source = read_source(file)
    return Document(source, parse(source, exponents=exponents))
