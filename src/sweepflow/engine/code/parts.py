"""The code of a step or of a program, part by part."""

from __future__ import annotations

import os
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from sweepflow.engine.code.graph import Node
from sweepflow.engine.code.live import Finder
from sweepflow.engine.code.packages import MISSING, versions
from sweepflow.engine.code.places import is_module
from sweepflow.engine.code.reached import Part, State
from sweepflow.engine.code.scopes import Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sweepflow.engine.code.reached import Program


def code_parts(
    function: Callable[..., object], *, roots: Iterable[Path]
) -> Mapping[str, Part]:
    """Give the parts of the code that a function reaches, as the files say now.

    Args:
        function: A function, class, method, partial object or other callable.
        roots: The folders that hold the user's own code.

    Returns:
        The parts by their names, sorted. Two equal mappings mean equal code.
    """
    return ProjectCode(roots).parts(function)


class ProjectCode:
    """The code of a project at one moment.

    Each file is looked at once in the life of such an object, so that all steps of a
    plan are compared with the same state. Make a new one to see what has changed; it
    takes over from the last one all that still holds.

    Args:
        roots: The folders that hold the user's own code; what is installed in them, in
            a virtual environment say, is not theirs.
        path: The folders that modules are sought in; `sys.path` if not given.
    """

    def __init__(
        self, roots: Iterable[Path], path: Iterable[str] | None = None
    ) -> None:
        names = tuple(sorted(str(Path(root).resolve()) for root in roots))
        here = os.getcwd()  # noqa: PTH109 - sys.path may hold ''
        key = (names, here, None if path is None else tuple(path))
        with _lock:
            state = _states.get(key)
            if state is None or not state.graph.places.hold():
                state = State(names, key[2])
                _states[key] = state
            self._state = state

    def parts(self, function: Callable[..., object]) -> Mapping[str, Part]:
        """Give the parts of the code that a function reaches.

        Args:
            function: A function, class, method, partial object or other callable.

        Returns:
            The parts by their names, sorted. Two equal mappings mean equal code.
        """
        with _lock:
            finder = Finder(self._state.graph)
            finder.add(function)
            parts = dict(self._state.parts(frozenset(finder.nodes)))
        for typed in finder.typed.values():
            parts[typed.name] = Part(typed.name, typed.digest, typed.source)
        return MappingProxyType(dict(sorted(parts.items())))

    def parts_of_name(self, module: str, name: str) -> Mapping[str, Part]:
        """Give the parts of what a name leads to, without importing its module.

        Returns:
            As for `parts`; nothing where there is no such module or name.
        """
        with _lock:
            graph = self._state.graph
            nodes = graph.resolve(Ref(module, tuple(name.split("."))), module)
            parts = self._state.parts(nodes)
        known = {n: part for n, part in parts.items() if part.digest != MISSING}
        return MappingProxyType(dict(sorted(known.items())))

    def module(self, name: str) -> Program:
        """Give the code of `python -m NAME`: the module, and what it reaches.

        Returns:
            Of a module that is installed, its package; of the standard library, or
            where the project has a package but not its `__main__`, nothing.
        """
        with _lock:
            place = self._state.graph.places.find(name)
            if place.kind == "project" and not is_module(place.path):
                name = f"{name}.__main__"
            found = self._state.graph.resolve(Ref(name), "")
            nodes = (Node("program", name) if n.kind == "module" else n for n in found)
            return self._state.program(frozenset(nodes))

    def script(self, path: Path, name: str) -> Program:
        """Give the code of `python PATH`: the file, and what it reaches.

        Args:
            path: Of the file; its folder has to be the first that modules are sought
                in.
            name: For the part that is the file itself; with a `:` in it.

        Raises:
            LookupError: It cannot be read.
        """
        with _lock:
            self._add(path, name)
            return self._state.program(frozenset({Node("program", name)}))

    def file(self, path: Path, name: str) -> Part:
        """Give a Python file as a part, and nothing of what it reaches.

        Args:
            path: Of the file.
            name: For the part; with a `:` in it.

        Raises:
            LookupError: It cannot be read.
        """
        with _lock:
            self._add(path, name)
            return self._state.module(name)

    def _add(self, path: Path, name: str) -> None:
        self._state.graph.places.add_script(name, str(path))

    def versions(self, module: str) -> Mapping[str, str]:
        """Give the versions of what provides a module, by the names of distributions.

        Returns:
            Nothing for a module of the project or of the standard library.
        """
        top = module.partition(".")[0]
        with _lock:
            places = self._state.graph.places
            place = places.find(top)
            if place.kind in {"project", "standard"}:
                return {}
            return versions(top, place, places)


_Key: TypeAlias = tuple[tuple[str, ...], str, tuple[str, ...] | None]
_states: dict[_Key, State] = {}
_lock = RLock()  # a state is shared by all threads
