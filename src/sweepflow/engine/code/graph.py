"""What the code of a project reaches, from name to name.

A node is a name of a module, a whole module, a module that is started by itself (whose
names nobody else uses), a statement that runs on import without binding a name, or an
installed package. Edges are found as they are asked for.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from sweepflow.engine.code.scopes import Ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.engine.code.module import Module, Statement
    from sweepflow.engine.code.places import Places

NodeKind: TypeAlias = Literal[
    "name", "module", "program", "statement", "package", "standard"
]

# With one of these a function can come to any name of its module.
_DYNAMIC = {"exec", "eval", "globals"}
_BUILTIN = set(dir(builtins)) | {
    *("__file__", "__path__", "__cached__", "__annotations__", "__class__"),
    *("__module__", "__qualname__", "__builtins__", "__dict__", "get_ipython"),
}


class Node(NamedTuple):
    """A thing that code can reach.

    Args:
        module: The module, or the package's top-level name.
        name: The name in the module, or a statement's place among all of them.
    """

    kind: NodeKind
    module: str
    name: str = ""


def subclasses_of(node: Node) -> Node:
    """Give what stands for all subclasses of a class, whoever defines them."""
    return Node("name", node.module, f"{node.name}.__subclasses__")


class Graph:
    """Names, and what they lead to, in the modules that `places` finds."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.generation = 0
        self._edges: dict[Node, frozenset[Node]] = {}
        self._resolved: dict[tuple[str, Ref], frozenset[Node]] = {}

    def forget(self) -> None:
        """Forget all answers, since names may lead elsewhere now."""
        self._edges.clear()
        self._resolved.clear()
        self.generation += 1

    def module(self, name: str) -> Module:
        """Give a module that a node names.

        Raises:
            LookupError: The project has no such module.
        """
        module = self.places.module(name)
        if module is None:
            raise LookupError(name)
        return module

    def statements(self, node: Node) -> list[Statement]:
        """Give the statements that a node stands for."""
        if node.kind == "name":
            return self.module(node.module).bound.get(node.name, [])
        if node.kind == "statement":
            return [self.module(node.module).statements[int(node.name)]]
        if node.kind in {"module", "program"}:
            return self.module(node.module).statements
        return []

    def closure(self, start: Iterable[Node]) -> set[Node]:
        """Give all that can be reached from some nodes, with them."""
        reached: set[Node] = set()
        todo = list(start)
        while todo:
            node = todo.pop()
            if node not in reached:
                reached.add(node)
                todo.extend(self.edges(node) - reached)
        return reached

    def edges(self, node: Node) -> frozenset[Node]:
        """Give what a node reaches in one step."""
        if node not in self._edges:
            self._edges[node] = frozenset(self._find_edges(node))
        return self._edges[node]

    def _find_edges(self, node: Node) -> Iterable[Node]:
        for statement in self.statements(node):
            yield from self.used_by(node.module, statement)
        if node.kind == "module":
            # names that it hands on; a module that it imports is used by name or not
            for targets in self.module(node.module).imports.values():
                for target in targets:
                    if target.names:
                        yield from self.resolve(target, node.module)

    def used_by(self, module: str, statement: Statement) -> Iterable[Node]:
        """Give what a statement of a module reaches in one step."""
        used = statement.uses
        for ref in used.total.names:
            yield from self.resolve(ref, module)
        for ref in used.hints:
            found = self.resolve(ref, module)
            yield from (node for node in found if node.kind == "name")
        for pattern in used.patterns:
            for name in self._computed(pattern, module):
                yield Node("module", name)

    def _computed(self, pattern: str, module: str) -> list[str]:
        """Give the modules that an import by a computed name may mean."""
        if pattern:
            names = self.places.below(pattern)
        elif package := self.module(module).package:
            names = self.places.below(package.partition(".")[0])
        else:
            names = self.places.beside(module)
        return [name for name in names if self.places.module(name) is not None]

    def resolve(self, ref: Ref, module: str) -> frozenset[Node]:
        """Give the nodes that a name of a module means, with the imports on the way."""
        key = ("" if ref.module else module, ref)
        if key not in self._resolved:
            found = self._resolve(ref, module, set())
            self._resolved[key] = frozenset(found)
        return self._resolved[key]

    def _resolve(self, ref: Ref, module: str, seen: set[Ref]) -> set[Node]:
        if not ref.module:
            return self._look_up(module, ref.names, seen, own=True)
        if self.places.module(ref.module) is not None:
            return self._look_up(ref.module, ref.names, seen, own=False)
        place = self.places.find(ref.module)
        top = ref.module.partition(".")[0]
        if place.kind == "standard":
            return {Node("standard", top)}
        if place.kind == "project":  # a folder without `__init__.py`
            return self._submodule(ref.module, ref.names, seen)
        if self.places.find(top).kind == "project":
            return set()  # names a module of the project that is not there
        return {Node("package", top)}

    def _look_up(
        self, module: str, names: tuple[str, ...], seen: set[Ref], *, own: bool
    ) -> set[Node]:
        whole = {Node("module", module)}
        if not names:
            return whole
        if Ref(module, names) in seen:  # modules that import from each other
            return set()
        seen.add(Ref(module, names))
        name, there = names[0], self.module(module)
        found = self._bound(there, name, names[1:], seen)
        found |= self._starred(there, names, seen, own=own)
        if not found and name not in there.hidden:
            # a name that is bound in a way that cannot be seen takes the whole module
            if own:
                found |= whole if name in _DYNAMIC or name not in _BUILTIN else found
            else:
                found = self._beyond(there, names, seen)
        return found

    def _beyond(
        self, there: Module, names: tuple[str, ...], seen: set[Ref]
    ) -> set[Node]:
        """Look for what a module has without binding it: submodules, `__getattr__`."""
        if found := self._submodule(there.name, names, seen):
            return found
        if _is_dunder(names[0]) and names[0] != "__dict__":
            return set()
        if there.binds("__getattr__"):
            return {Node("name", there.name, "__getattr__")}
        return {Node("module", there.name)}

    def _bound(
        self, there: Module, name: str, rest: tuple[str, ...], seen: set[Ref]
    ) -> set[Node]:
        found: set[Node] = set()
        if there.binds(name):
            found.add(Node("name", there.name, name))
        for target in there.imports.get(name, ()):
            if target == (there.name, (name,)):  # `from . import name` in a package
                found |= self._submodule(there.name, (name, *rest), seen)
            else:
                longer = Ref(target.module, target.names + rest)
                found |= self._resolve(longer, there.name, seen)
        if found and rest[:1] == ("__subclasses__",):
            found.add(subclasses_of(Node("name", there.name, name)))
        if found and rest[:1] == ("modules",) and Node("standard", "sys") in found:
            found.add(Node("module", there.name))  # `sys.modules[__name__]`
        return found

    def _starred(
        self, there: Module, names: tuple[str, ...], seen: set[Ref], *, own: bool
    ) -> set[Node]:
        found: set[Node] = set()
        for star in there.stars:
            source = self.places.module(star)
            if source is None:
                if not there.binds(names[0]) and not (own and names[0] in _BUILTIN):
                    found |= self._resolve(Ref(star), there.name, seen)
            elif source.exported(names[0]) and self._provides(source, names[0], set()):
                found |= self._look_up(star, names, seen, own=False)
        return found | ({Node("name", there.name, "*")} if found else set())

    def _provides(self, module: Module, name: str, seen: set[str]) -> bool:
        seen.add(module.name)
        if module.binds(name):
            return True
        sources = (self.places.module(star) for star in module.stars)
        return any(
            source.name not in seen and self._provides(source, name, seen)
            for source in sources
            if source is not None
        )

    def _submodule(
        self, module: str, names: tuple[str, ...], seen: set[Ref]
    ) -> set[Node]:
        if not names:
            return set()
        name = f"{module}.{names[0]}"
        if self.places.find(name).kind != "project":
            return set()
        return self._resolve(Ref(name, names[1:]), module, seen)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
