"""A module of the project: its statements, and which of them bind which names."""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sweepflow.engine.code.canonical import canonical, digest, is_idle
from sweepflow.engine.code.scopes import (
    DEFINITIONS,
    Ref,
    absolute,
    bindings,
    children,
    imported,
    modules_run,
)
from sweepflow.engine.code.uses import Uses, uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# In a canonical text: a text that could be the name of a file.
_LITERAL = re.compile(r"""Constant\(('[^']{1,255}'|"[^"]{1,255}")\)""")
_BLOCKS = (ast.Try, ast.TryStar, ast.With, ast.For, ast.While, ast.Match, ast.If)


@dataclass(eq=False)
class Statement:
    """One statement at the level of the module.

    Args:
        node: What it is.
        tests: The conditions of the `if`s around it, each with whether it must hold.
        started: Whether it stands below `if __name__ == "__main__"`.
    """

    node: ast.stmt
    tests: tuple[tuple[ast.expr, bool], ...]
    started: bool
    package: str

    @cached_property
    def text(self) -> str:
        """The canonical text."""
        tests = "".join(f"{canonical(test)}:{holds}," for test, holds in self.tests)
        return tests + canonical(self.node)

    @cached_property
    def literals(self) -> frozenset[str]:
        """The texts that stand in it, docstrings left out."""
        return literals(self.text)

    @cached_property
    def uses(self) -> Uses:
        """What it uses; the conditions around it are used as well."""
        found = uses(self.node, self.package)
        for test, _ in self.tests:
            extra = uses(test, self.package)
            found.total.names |= extra.total.names
        return found

    @property
    def lines(self) -> tuple[int, int]:
        """Its first and last line, with its decorators."""
        first = self.node.lineno
        if isinstance(self.node, DEFINITIONS) and self.node.decorator_list:
            first = self.node.decorator_list[0].lineno
        return first, self.node.end_lineno or first

    @property
    def only_binds(self) -> bool:
        """Whether it is a definition or an assignment to plain names."""
        if isinstance(self.node, ast.Assign):
            return all(_is_plain(target) for target in self.node.targets)
        if isinstance(self.node, ast.AnnAssign | ast.AugAssign):
            return _is_plain(self.node.target)
        return isinstance(self.node, DEFINITIONS)

    @property
    def is_fixed(self) -> bool:
        """Whether it binds names to what nothing can change, or to a logger."""
        node = self.node
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            return False
        value = node.value
        if isinstance(value, ast.Call):
            name = getattr(value.func, "attr", getattr(value.func, "id", ""))
            return name in {"getLogger", "get_logger"}
        harmless = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.expr_context)
        return all(
            isinstance(item, (*harmless, ast.unaryop, ast.operator))
            for item in ast.walk(value)
        )


@dataclass(eq=False)
class Module:
    """The names of a module, read from its source without running it.

    Args:
        package: What relative imports inside start from.
        statements: In their order, those inside of an `if` one by one.
        bound: Name to the statements that bind it.
        imports: Name to what an import binds it to.
        stars: The modules of `from … import *`.
        hidden: Names that only a type checker sees.
        runs: The modules that importing this one may run, if they are modules.
        starts: Those that starting it by itself may run as well.
    """

    name: str
    package: str
    source: bytes
    is_valid: bool = True
    statements: list[Statement] = field(default_factory=list[Statement])
    bound: dict[str, list[Statement]] = field(
        default_factory=dict[str, list[Statement]]
    )
    imports: dict[str, list[Ref]] = field(default_factory=dict[str, list[Ref]])
    stars: list[str] = field(default_factory=list[str])
    hidden: set[str] = field(default_factory=set[str])
    runs: dict[str, None] = field(default_factory=dict[str, None])
    starts: dict[str, None] = field(default_factory=dict[str, None])

    @property
    def parent(self) -> str:
        """The package that it lies in, or nothing."""
        is_package = self.package == self.name
        return self.name.rpartition(".")[0] if is_package else self.package

    def binds(self, name: str) -> bool:
        """Say whether a statement of the module binds a name."""
        return name in self.bound or name in self.imports

    @cached_property
    def _lines(self) -> list[str]:
        return self.source.decode("utf-8", "replace").splitlines()

    def source_of(self, statements: Iterable[Statement]) -> str:
        """Give the source text of statements."""
        spans = (statement.lines for statement in statements)
        return "\n".join(
            line for first, last in spans for line in self._lines[first - 1 : last]
        )

    @cached_property
    def digest(self) -> str:
        """The digest of the whole module; of its bytes where they are not Python."""
        if not self.is_valid:
            return hashlib.sha256(self.source).hexdigest()
        return digest(self._text)

    @cached_property
    def literals(self) -> frozenset[str]:
        """The texts that stand in it, docstrings left out."""
        return literals(self._text) if self.is_valid else frozenset()

    @cached_property
    def _text(self) -> str:
        body = ast.parse(self.source).body
        return canonical(*(node for node in body if not is_idle(node)))

    def exported(self, name: str) -> bool:
        """Say whether `from … import *` would give a name that the module binds."""
        for statement in self.bound.get("__all__", ()):
            names = {
                node.value
                for node in ast.walk(statement.node)
                if isinstance(node, ast.Constant)
            }
            if name in names:
                return True
        return "__all__" not in self.bound and not name.startswith("_")


def literals(text: str) -> frozenset[str]:
    """Give the texts that stand in a canonical text."""
    found: set[str] = set(_LITERAL.findall(text))
    return frozenset(
        ast.literal_eval(one) if "\\" in one else one[1:-1] for one in found
    )


def read_module(name: str, source: bytes, *, package: str) -> Module:
    """Give a module by its source; one that is not Python is there, without names.

    Args:
        name: Its full name.
        source: What its file holds.
        package: What relative imports inside start from; its own name if it is one.
    """
    module = Module(name, package, source)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # ValueError: a null byte
        module.is_valid = False
        return module
    _Reader(module).read(tree.body, (), started=False)
    return module


class _Reader:
    def __init__(self, module: Module) -> None:
        self._module = module

    def read(
        self,
        body: Iterable[ast.stmt],
        tests: tuple[tuple[ast.expr, bool], ...],
        *,
        started: bool,
    ) -> None:
        """Take statements in, with those below plain `if`s one by one."""
        for node in body:
            if is_idle(node):
                continue
            if not isinstance(node, ast.If):
                self._take(Statement(node, tests, started, self._module.package))
            elif _name_of(node.test) == "TYPE_CHECKING":
                self._module.hidden |= {
                    name for name, _ in bindings(node.body, self._module.package)
                }
                self.read(node.orelse, tests, started=started)
            elif _is_main_guard(node.test):
                self.read(node.body, tests, started=True)
                self.read(node.orelse, tests, started=started)
            else:
                self.read(node.body, (*tests, (node.test, True)), started=started)
                self.read(node.orelse, (*tests, (node.test, False)), started=started)

    def _take(self, statement: Statement) -> None:
        module, node = self._module, statement.node
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node, started=statement.started)
            if not statement.tests:
                return
        elif isinstance(node, _BLOCKS):
            for item in _imports_below(node):
                self._import(item, started=statement.started)
        module.statements.append(statement)
        for name in dict.fromkeys(name for name, _ in bindings([node], module.package)):
            module.bound.setdefault(name, []).append(statement)

    def _import(self, node: ast.Import | ast.ImportFrom, *, started: bool) -> None:
        module = self._module
        runs = module.starts if started else module.runs
        runs.update(dict.fromkeys(modules_run(node, module.package)))
        for name, target in imported(node, module.package):
            if name == "*" and isinstance(node, ast.ImportFrom):
                module.stars.append(absolute(node, module.package))
            else:
                targets = module.imports.setdefault(name, [])
                if target not in targets:
                    targets.append(target)


def _imports_below(node: ast.stmt) -> Iterator[ast.Import | ast.ImportFrom]:
    todo: list[ast.AST] = [node]
    while todo:
        item = todo.pop(0)
        if isinstance(item, ast.Import | ast.ImportFrom):
            yield item
        elif not isinstance(item, DEFINITIONS):
            todo.extend(children(item))


def _name_of(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _is_main_guard(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
    )


def _is_plain(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_plain(item) for item in target.elts)
    return isinstance(target, ast.Name)
