"""Where a module's name leads: into the project, the standard library or a package.

Nothing is imported to find out. Every file and folder that was looked at is noted with
its state, so that one can tell later whether the answers still hold.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from sweepflow.engine.code.module import Module, read_module

if TYPE_CHECKING:
    from collections.abc import Iterable

Stamp: TypeAlias = tuple[int, int, int] | None
Kind: TypeAlias = Literal["project", "standard", "package", "missing"]

_TICK = 50_000_000
"""Nanoseconds within which two changes of a file may have the same time."""

_SUFFIXES = (".py", ".so", ".pyd")
_parsed: dict[tuple[str, str], tuple[Stamp, Module]] = {}


class Place(NamedTuple):
    """What a module's name leads to.

    Args:
        path: The source file, or the folder of a package without an `__init__.py`.
    """

    kind: Kind
    path: str = ""


def is_module(path: str) -> bool:
    """Say whether a path is that of a module, and of no package."""
    return path.endswith(_SUFFIXES) and not path.endswith("/__init__.py")


def stamp(path: str) -> Stamp:
    """Give what changes when a file or folder does, or None if there is none."""
    try:
        state = os.stat(path)  # noqa: PTH116 - called for each file of a project
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


class Places:
    """The modules below some folders, as they stand now.

    Args:
        roots: The folders that hold the user's own code.
        path: The folders that modules are sought in; `sys.path` if not given.
    """

    def __init__(
        self, roots: Iterable[Path], path: tuple[str, ...] | None = None
    ) -> None:
        self._roots = tuple(os.path.join(os.path.realpath(root), "") for root in roots)  # noqa: PTH118 - with its last slash
        self._given = path
        self.path = self._wanted_path()
        self._bases: list[str] = []
        self._noted: dict[str, str] = {}
        self._scripts: set[str] = set()
        self._seen: dict[str, Stamp] = {}
        self._listed: dict[str, frozenset[str]] = {}
        self._found: dict[str, Place] = {}
        self._modules: dict[str, Module | None] = {}

    def hold(self) -> bool:
        """Say whether nothing that was looked at has changed since."""
        return self.path == self._wanted_path() and all(
            stamp(path) == state for path, state in self._seen.items()
        )

    def _wanted_path(self) -> tuple[str, ...]:
        return tuple(sys.path) if self._given is None else self._given

    def owns(self, path: str) -> bool:
        """Say whether a file is the user's own: below a root, and not installed."""
        real = os.path.realpath(path)
        parts = Path(real).parts
        return (
            real.startswith(self._roots)
            and "site-packages" not in parts
            and "dist-packages" not in parts
            and not real.startswith(_installation())
        )

    def note(self, name: str, path: str) -> bool:
        """Take in a module that is loaded already, and the folder that it was found in.

        Args:
            name: Its full name.
            path: Its source file.

        Returns:
            Whether names may now lead elsewhere than before.
        """
        if self._noted.get(name) == path:
            return False
        known = self.find(name)
        self._noted[name] = path
        if known == Place("project", path):
            return False
        levels = name.count(".") + (Path(path).name == "__init__.py")
        self._bases.append(str(Path(path).parents[levels]))
        self._modules.clear()
        self._found = {n: Place("project", p) for n, p in self._noted.items()}
        return True

    def add_script(self, name: str, path: str) -> None:
        """Take in a file that is started by its path.

        Args:
            name: One that no module can have, since nothing imports it.
            path: Of the file.
        """
        self._scripts.add(name)
        self._noted[name] = path
        self._found[name] = Place("project", path)

    def find(self, name: str) -> Place:
        """Give where a module's full name leads; a missing one may be no module."""
        if name not in self._found:
            self._found[name] = self._search(name)
        return self._found[name]

    def _search(self, name: str) -> Place:
        parent, _, last = name.rpartition(".")
        if not parent:
            return self._top(name)
        place = self.find(parent)
        if place.kind != "project":
            return place
        folder = Path(place.path)
        if folder.name == "__init__.py":
            folder = folder.parent
        elif place.path.endswith(_SUFFIXES):
            return Place("missing")
        return self._below(str(folder), last) or Place("missing")

    def _top(self, name: str) -> Place:
        if name in sys.builtin_module_names:
            return Place("standard")
        for folder in dict.fromkeys((*self.path, *self._bases)):
            if place := self._below(folder or os.getcwd(), name):  # noqa: PTH109 - as sys.path means it
                return place
        if name in sys.stdlib_module_names:
            return Place("standard")
        return self._hooked(name)

    def _hooked(self, name: str) -> Place:
        """Ask the hooks of editable installations, which know more folders."""
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError, AttributeError):
            return Place("missing")
        if spec is None:
            return Place("missing")
        folders = spec.submodule_search_locations or ()
        paths = [spec.origin] if spec.origin and spec.has_location else [*folders]
        return self._judge(paths[0]) if paths else Place("missing")

    def _below(self, folder: str, name: str) -> Place | None:
        """Find a module in a folder as Python would: package, module, bare folder."""
        entries = self.entries(folder)
        if name in entries:
            package = f"{folder}/{name}/__init__.py"
            if "__init__.py" in self.entries(f"{folder}/{name}"):
                return self._judge(package)
        if f"{name}.py" in entries:
            return self._judge(f"{folder}/{name}.py")
        for entry in entries:
            if entry.startswith(f"{name}.") and entry.endswith((".so", ".pyd")):
                return self._judge(f"{folder}/{entry}")
        if name in entries and self.entries(f"{folder}/{name}"):
            return self._judge(f"{folder}/{name}")
        return None

    def _judge(self, path: str) -> Place:
        if self.owns(path):
            return Place("project", path)
        return Place(
            "standard" if _is_standard(os.path.realpath(path)) else "package", path
        )

    def entries(self, folder: str) -> frozenset[str]:
        """Give the names in a folder; none where it cannot be read."""
        if folder not in self._listed:
            self._see(folder)
            try:
                self._listed[folder] = frozenset(os.listdir(folder))  # noqa: PTH208 - names only
            except OSError:
                self._listed[folder] = frozenset()
        return self._listed[folder]

    def module(self, name: str) -> Module | None:
        """Give a module of the project, or None if it is none or has no file."""
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def _read(self, name: str) -> Module | None:
        place = self.find(name)
        if place.kind != "project" or not place.path.endswith(_SUFFIXES):
            return None
        now = self._see(place.path)
        then, module = _parsed.get((name, place.path), (None, None))
        if module is None or now is None or then != now:
            try:
                source = Path(place.path).read_bytes()
            except OSError:
                return None
            package = self._package(name, place.path)
            module = read_module(name, source, package=package)
            _parsed[name, place.path] = now, module
        return module

    def _package(self, name: str, path: str) -> str:
        if name in self._scripts:
            return ""
        return name if path.endswith("/__init__.py") else name.rpartition(".")[0]

    def _see(self, path: str) -> Stamp:
        """Note the state of a file or folder, which is about to be read.

        Returns:
            None too where it has only just changed: the clock of file systems ticks
            slowly, so that the next change may not show.
        """
        now = stamp(path)
        if now is not None and 0 <= time.time_ns() - now[0] < _TICK:
            now = None
        self._seen[path] = now
        return now

    def below(self, name: str) -> list[str]:
        """Give the names of all modules below a package or bare folder, sorted."""
        place = self.find(name)
        if place.kind != "project":
            return []
        folder = Path(place.path)
        if folder.name == "__init__.py":
            folder = folder.parent
        elif place.path.endswith(_SUFFIXES):
            return [name]
        return [name, *self._walk(str(folder), f"{name}.")]

    def beside(self, name: str) -> list[str]:
        """Give the names of the modules in the folder of a module without a package."""
        folder = str(Path(self.find(name).path).parent)
        files = (entry for entry in self.entries(folder) if entry.endswith(".py"))
        return sorted(entry.removesuffix(".py") for entry in files)

    def _walk(self, folder: str, prefix: str) -> list[str]:
        names: list[str] = []
        for entry in sorted(self.entries(folder)):
            stem = entry.removesuffix(".py")
            if entry.endswith(".py") and stem != "__init__":
                names.append(prefix + stem)
            elif entry.isidentifier() and entry != "__pycache__":
                if "__init__.py" in self.entries(f"{folder}/{entry}"):
                    names.append(prefix + entry)
                names += self._walk(f"{folder}/{entry}", f"{prefix}{entry}.")
        return names


@cache
def _installation() -> tuple[str, ...]:
    """Give the folders of this Python, whose files are nobody's project.

    A virtual environment may well stand inside of the project. The prefix itself
    counts only where it is one: else it is `/usr` or the like.
    """
    names = ("stdlib", "platstdlib", "purelib", "platlib", "scripts")
    paths = [sysconfig.get_path(name) for name in names]
    if sys.prefix != sys.base_prefix:
        paths.append(sys.prefix)
    return tuple(os.path.join(os.path.realpath(path), "") for path in paths)  # noqa: PTH118 - with its last slash


def _is_standard(path: str) -> bool:
    if "site-packages" in path or "dist-packages" in path:
        return False
    folders = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
    return path.startswith(tuple(f"{os.path.realpath(folder)}/" for folder in folders))
