"""The parts of a step's code, by name."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING

from sweepflow.engine.code.canonical import digest
from sweepflow.engine.code.effects import Effects
from sweepflow.engine.code.graph import Graph, Node
from sweepflow.engine.code.live import Finder
from sweepflow.engine.code.packages import MISSING, versions
from sweepflow.engine.code.places import Places
from sweepflow.engine.code.scopes import Ref

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a step's code is made of.

    Args:
        name: What and where: `function:pkg.steps:prepare`, `package:numpy`.
        digest: SHA-256 of its canonical form as 64 hexadecimal digits; of a package
            its version.
        source: Its text as it was written, to show what changed; empty where there is
            none.
    """

    name: str
    digest: str
    source: str = ""


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
    """

    def __init__(self, roots: Iterable[Path]) -> None:
        key = tuple(sorted(str(Path(root).resolve()) for root in roots))
        here = os.getcwd()  # noqa: PTH109 - sys.path may hold ''
        with _lock:
            state = _states.get((key, here))
            if state is None or not state.graph.places.hold():
                state = _State(key)
                _states[key, here] = state
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


class _State:
    def __init__(self, roots: tuple[str, ...]) -> None:
        self.graph = Graph(Places(Path(root) for root in roots))
        self._effects = Effects(self.graph)
        self._known: dict[frozenset[Node], dict[str, Part]] = {}
        self._named: dict[Node, Part | None] = {}
        self._generation = 0

    def parts(self, seeds: frozenset[Node]) -> dict[str, Part]:
        if self._generation != self.graph.generation:  # names may lead elsewhere now
            self._generation = self.graph.generation
            self._effects = Effects(self.graph)
            self._known.clear()
            self._named.clear()
        if seeds not in self._known:
            # many small objects are made here, and no garbage to look for among them
            collects = gc.isenabled()
            gc.disable()
            try:
                self._known[seeds] = self._find(seeds)
            finally:
                if collects:
                    gc.enable()
        return self._known[seeds]

    def _find(self, seeds: Iterable[Node]) -> dict[str, Part]:
        reached = self._effects.reach(seeds)
        whole = {node.module for node in reached if node.kind == "module"}
        parts: list[Part] = []
        effects: dict[str, list[int]] = {}
        for node in reached:
            if node.kind == "module":
                parts.append(self._module(node))
            elif node.kind == "package":
                parts += self._package(node)
            elif node.kind == "name" and node.module not in whole:
                if node not in self._named:
                    self._named[node] = self._name(node)
                if part := self._named[node]:
                    parts.append(part)
            elif node.kind == "statement" and node.module not in whole:
                effects.setdefault(node.module, []).append(int(node.name))
        parts += (self._statements(name, sorted(n)) for name, n in effects.items())
        return {part.name: part for part in parts}

    def _module(self, node: Node) -> Part:
        module = self.graph.module(node.module)
        source = module.source.decode("utf-8", "replace") if module.is_valid else ""
        return Part(f"module:{node.module}", module.digest, source)

    def _package(self, node: Node) -> list[Part]:
        places = self.graph.places
        found = versions(node.module, places.find(node.module), places)
        return [Part(f"package:{name}", version) for name, version in found.items()]

    def _name(self, node: Node) -> Part | None:
        module = self.graph.module(node.module)
        statements = module.bound.get(node.name, [])
        imports = module.imports.get(node.name, [])
        if node.name == "*":
            text, source = repr(module.stars), "\n".join(module.stars)
        elif statements or imports:
            targets = [".".join((ref.module, *ref.names)) for ref in imports]
            text = repr(targets) + "".join(each.text for each in statements)
            source = module.source_of(statements) or "\n".join(targets)
        else:  # it stands for the subclasses of a class, which are parts themselves
            return None
        kind = _kind(statements[-1].node) if statements else "import"
        return Part(f"{kind}:{node.module}:{node.name}", digest(text), source)

    def _statements(self, name: str, numbers: list[int]) -> Part:
        module = self.graph.module(name)
        statements = [module.statements[number] for number in numbers]
        text = "".join(statement.text for statement in statements)
        return Part(f"statements:{name}", digest(text), module.source_of(statements))


def _kind(node: ast.stmt) -> str:
    kinds = {
        "FunctionDef": "function",
        "AsyncFunctionDef": "function",
        "ClassDef": "class",
    }
    return kinds.get(type(node).__name__, "constant")


_states: dict[tuple[tuple[str, ...], str], _State] = {}
_lock = RLock()  # a state is shared by all threads
