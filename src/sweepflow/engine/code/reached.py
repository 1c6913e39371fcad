"""What nodes of the graph reach, as parts."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sweepflow.engine.code.canonical import digest
from sweepflow.engine.code.effects import Effects
from sweepflow.engine.code.graph import Graph, Node
from sweepflow.engine.code.packages import versions
from sweepflow.engine.code.places import Places

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Mapping


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


@dataclass(frozen=True, slots=True)
class Program:
    """The code of something that is started by itself.

    Args:
        parts: By their names, sorted. Two equal mappings mean equal code.
        literals: The texts that stand in it, docstrings left out.
    """

    parts: Mapping[str, Part]
    literals: frozenset[str]


class State:
    """What is known of the code of a project, while its files stay as they are."""

    def __init__(self, roots: tuple[str, ...], path: tuple[str, ...] | None) -> None:
        self.graph = Graph(Places((Path(root) for root in roots), path))
        self._effects = Effects(self.graph)
        self._known: dict[frozenset[Node], Program] = {}
        self._named: dict[Node, Part | None] = {}
        self._generation = 0

    def parts(self, seeds: frozenset[Node]) -> Mapping[str, Part]:
        """Give the parts that nodes reach."""
        return self.program(seeds).parts

    def program(self, seeds: frozenset[Node]) -> Program:
        """Give what nodes reach; literals are told of nodes for programs only."""
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

    def _find(self, seeds: frozenset[Node]) -> Program:
        reached = self._effects.reach(seeds)
        whole = {n.module for n in reached if n.kind in {"module", "program"}}
        parts = [self.module(name) for name in whole]
        effects: dict[str, list[int]] = {}
        for node in reached:
            if node.kind == "package":
                parts += self._package(node)
            elif node.kind == "name" and node.module not in whole:
                if node not in self._named:
                    self._named[node] = self._name(node)
                if part := self._named[node]:
                    parts.append(part)
            elif node.kind == "statement" and node.module not in whole:
                effects.setdefault(node.module, []).append(int(node.name))
        parts += (self._statements(name, sorted(n)) for name, n in effects.items())
        found = {part.name: part for part in sorted(parts, key=lambda part: part.name)}
        is_program = any(node.kind == "program" for node in seeds)
        literals = self._literals(reached, whole) if is_program else frozenset[str]()
        return Program(MappingProxyType(found), literals)

    def _literals(self, reached: Iterable[Node], whole: set[str]) -> frozenset[str]:
        found = [self.graph.module(name).literals for name in whole]
        for node in reached:
            if node.kind in {"name", "statement"} and node.module not in whole:
                found += (each.literals for each in self.graph.statements(node))
        return frozenset[str]().union(*found)

    def module(self, name: str) -> Part:
        """Give a whole module as a part."""
        module = self.graph.module(name)
        source = module.source.decode("utf-8", "replace") if module.is_valid else ""
        return Part(name if ":" in name else f"module:{name}", module.digest, source)

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
