"""Which files of a project a text names."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORD: Final = re.compile(r"""[^\s'"`;|&()<>${}\[\],=:\\]+""")
_ABOVE: Final = re.compile(r"^(\.\./|/)+")
_PROJECT: Final = re.compile(r"\$PROJECT_DIR\b|\$\{PROJECT_DIR\}")


def words_in(text: str, project: str) -> list[str]:
    """Give the words of a command or a shell script, however they are quoted there.

    Args:
        text: Some of it.
        project: What the variable PROJECT_DIR stands for.
    """
    return _WORD.findall(_PROJECT.sub(lambda _: project, text))


class Names:
    """The files of a source, by how a text may name them.

    It may be a path from any folder, as commands change theirs and scripts join paths:
    `data/x.csv` and `x.csv` both name `a/data/x.csv`.

    Args:
        paths: Of the files.
        above: The folders that they are relative to, or seem to be.
    """

    def __init__(self, paths: Sequence[str], above: Iterable[str] = ()) -> None:
        self._paths = paths
        self._prefixes = [f"{folder}/" for folder in above if folder]
        self._files: dict[str, list[str]] = {}
        self._folders: dict[str, set[str]] = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            self._files.setdefault(name, []).append(path)
            while folder:
                above, _, name = folder.rpartition("/")
                self._folders.setdefault(name, set()).add(folder)
                folder = above

    def files(self, text: str) -> Iterator[str]:
        """Give the files that a text names."""
        name = self._plain(text)
        found = self._files.get(name.rpartition("/")[2], ())
        yield from (path for path in found if _ends(path, name))

    def below(self, text: str) -> Iterator[str]:
        """Give the files in the folders that a text names."""
        name = self._plain(text)
        found = self._folders.get(name.rpartition("/")[2], ())
        above = tuple(f"{folder}/" for folder in found if _ends(folder, name))
        if above:
            yield from (path for path in self._paths if path.startswith(above))

    def _plain(self, text: str) -> str:
        """Give a text as a path from some folder of the source; empty if it is none."""
        last = text.rstrip("/").rpartition("/")[2]
        if last not in self._files and last not in self._folders:
            return ""
        path = posixpath.normpath(text)
        for prefix in self._prefixes:
            path = path.removeprefix(prefix)
        return _ABOVE.sub("", path)


def _ends(path: str, name: str) -> bool:
    return path == name or path.endswith(f"/{name}")
