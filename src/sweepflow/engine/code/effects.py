"""What importing a module does beyond binding its names.

A registry is filled by decorators, a table by `TABLE["x"] = f`, a function is replaced
by `helpers.f = g`: nothing that a step names leads there. So each statement that runs
when a step's modules are imported is asked what it may change. It counts where the step
reaches that; where it calls, for its effect alone, something outside of the project, it
counts always, since that may change the whole process (`random.seed(0)`).

Of a program that is started by itself what it prints and writes is the result, so all
that its modules do on import counts, but for definitions that it does not reach.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sweepflow.engine.code.graph import Graph, Node, subclasses_of
from sweepflow.engine.code.scopes import Ref

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sweepflow.engine.code.module import Statement
    from sweepflow.engine.code.uses import Touched

# Calls into these change nothing but what they are given. Our own functions start work;
# they do not change what steps compute.
_HARMLESS = {
    *("sweepflow", "functools", "inspect", "collections", "itertools", "dataclasses"),
    *("typing", "re", "math", "json", "pathlib", "operator", "copy", "enum", "abc"),
    *("string", "textwrap", "argparse", "datetime", "time"),
}


class _Impact(NamedTuple):
    nodes: frozenset[Node]
    on_process: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    nodes: tuple[Node, ...]
    impact: _Impact
    acts: bool


class Effects:
    """The effects of importing the modules of a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._candidates: dict[str, tuple[_Candidate, ...]] = {}
        self._imported: dict[str, frozenset[str] | None] = {}
        self._changed: dict[Node, frozenset[Node]] = {}

    def reach(self, seeds: Collection[Node]) -> set[Node]:
        """Give all that decides what some nodes do, with themselves."""
        graph = self._graph
        programs = [node for node in seeds if node.kind == "program"]
        starts = {n for node in programs for n in graph.module(node.module).starts}
        reached = graph.closure(seeds)
        asked: set[_Candidate] = set()
        while True:
            ran = self._ran(reached, starts)
            new: set[Node] = set()
            for module in sorted(ran):
                for candidate in self._of_module(module):
                    if candidate in asked:
                        continue
                    acts = bool(programs) and candidate.acts
                    if acts or self._counts(candidate, reached):
                        asked.add(candidate)
                        new |= graph.closure(candidate.nodes)
            if new <= reached:
                return reached
            reached |= new

    def _counts(self, candidate: _Candidate, reached: set[Node]) -> bool:
        return candidate.impact.on_process or any(
            node in reached
            or Node("module", node.module) in reached
            or (node.kind == "module" and any(n.module == node.module for n in reached))
            for node in candidate.impact.nodes
        )

    def _ran(self, reached: Iterable[Node], starts: Iterable[str]) -> set[str]:
        """Give the modules of the project that have run when the nodes can be used.

        Args:
            reached: The nodes.
            starts: Modules that run beside.
        """
        start = set(starts)
        for node in reached:
            if node.kind in {"name", "module", "program", "statement"}:
                start.add(node.module)
                for statement in self._graph.statements(node):
                    start |= statement.uses.imports
        ran: set[str] = set()
        while start:
            name = start.pop()
            if name not in ran:
                imports = self._imports(name)
                if imports is not None:
                    ran.add(name)
                    start |= imports - ran
        return ran

    def _imports(self, name: str) -> frozenset[str] | None:
        """Give what runs with a module: what it imports, and what it lies in."""
        if name not in self._imported:
            module = self._graph.places.module(name)
            if module is not None:
                parent, runs = module.parent, filter(self._is_ours, module.runs)
            elif self._is_ours(name):  # a folder without `__init__.py`
                parent, runs = name.rpartition(".")[0], ()
            else:
                self._imported[name] = None
                return None
            self._imported[name] = frozenset({parent, *runs} - {""})
        return self._imported[name]

    def _is_ours(self, name: str) -> bool:
        return self._graph.places.find(name).kind == "project"

    def _of_module(self, name: str) -> tuple[_Candidate, ...]:
        if name not in self._candidates:
            self._candidates[name] = tuple(self._find(name))
        return self._candidates[name]

    def _find(self, name: str) -> Iterator[_Candidate]:
        module = self._graph.places.module(name)
        if module is None:  # a folder without `__init__.py`
            return
        for number, statement in enumerate(module.statements):
            if statement.started or not _runs_code(statement.node):
                continue
            impact = self._impact(name, statement)
            acts = not isinstance(statement.node, _DEFINITIONS) and (
                not statement.is_fixed
            )
            if acts or impact.nodes or impact.on_process:
                bound = [n for n, found in module.bound.items() if statement in found]
                if statement.only_binds and bound:
                    nodes = tuple(Node("name", name, each) for each in bound)
                else:
                    nodes = (Node("statement", name, str(number)),)
                yield _Candidate(nodes, impact, acts)

    def _impact(self, module: str, statement: Statement) -> _Impact:
        """Give what running a statement, as its module is imported, may change."""
        graph, used = self._graph, statement.uses
        changed = set(self._directly(used.eager, module))
        is_effect = not statement.only_binds
        if is_effect:  # `register(f)` may well change `f`
            found = {n for r in used.eager.passed for n in graph.resolve(r, module)}
            changed |= {n for n in found if not self._is_fixed(n)}
        called = self._called(used.eager, module)
        for node in called:
            if node.kind == "name":
                changed |= self._changed_by(node)
        for base, definition in self._bases(used.bases, module):
            changed.add(subclasses_of(base))
            if _learns_of_subclasses(definition):
                changed |= self._changed_by(base)
        own = {Node("name", module, n) for n in _names_bound(statement)}
        return _Impact(
            nodes=frozenset(changed - own),
            on_process=is_effect and used.bare_call and _leaves_project(called),
        )

    def _called(self, touched: Touched, module: str) -> set[Node]:
        """Give what calls lead to, through functions and classes of the project."""
        todo = [*self._callees(touched, module)]
        seen: set[Node] = set()
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            for statement in self._graph.statements(node):
                if node.kind == "name":
                    todo.extend(self._callees(statement.uses.total, node.module))
        return seen

    def _callees(self, touched: Touched, module: str) -> Iterator[Node]:
        for ref in touched.calls:
            for node in self._graph.resolve(ref, module):
                if not self._is_data(node) and not self._is_import(node):
                    yield node

    def _changed_by(self, node: Node) -> frozenset[Node]:
        if node not in self._changed:
            self._changed[node] = frozenset(
                changed
                for statement in self._graph.statements(node)
                for changed in self._directly(statement.uses.total, node.module)
            )
        return self._changed[node]

    def _directly(self, touched: Touched, module: str) -> Iterator[Node]:
        """Give what code may change by itself: what it assigns to, and data it uses."""
        resolve = self._graph.resolve
        for ref in touched.stores:
            found = resolve(ref, module)
            yield from (node for node in found if not self._is_import(node))
        for ref in touched.passed:
            yield from filter(self._may_change, resolve(ref, module))
        for (
            ref
        ) in touched.methods:  # of `TABLE.update`, TABLE; of `show.register`, show
            for node in resolve(Ref(ref.module, ref.names[:-1]), module):
                if self._may_change(node) or self._is_function(node):
                    yield node
            if len(ref.names) > 2:  # of `Registry.items.append`, Registry
                holders = resolve(Ref(ref.module, ref.names[:-2]), module)
                yield from filter(self._is_class, holders)

    def _bases(
        self, bases: Iterable[Ref], module: str
    ) -> Iterator[tuple[Node, ast.ClassDef]]:
        """Give the bases of a class that the project defines, near and far."""
        for ref in bases:
            for node in self._graph.resolve(ref, module):
                for statement in self._graph.statements(node):
                    if isinstance(statement.node, ast.ClassDef):
                        yield node, statement.node
                        yield from self._bases(statement.uses.bases, node.module)

    def _is_data(self, node: Node) -> bool:
        if node.kind != "name" or node.name in self._graph.module(node.module).imports:
            return False
        return any(
            not isinstance(s.node, _DEFINITIONS) for s in self._graph.statements(node)
        )

    def _may_change(self, node: Node) -> bool:
        return self._is_data(node) and not self._is_fixed(node)

    def _is_function(self, node: Node) -> bool:
        return node.kind == "name" and any(
            isinstance(statement.node, _FUNCTIONS)
            for statement in self._graph.statements(node)
        )

    def _is_class(self, node: Node) -> bool:
        found = self._graph.statements(node)
        return node.kind == "name" and any(
            isinstance(statement.node, ast.ClassDef) for statement in found
        )

    def _is_fixed(self, node: Node) -> bool:
        found = self._graph.statements(node)
        return node.kind == "name" and all(each.is_fixed for each in found)

    def _is_import(self, node: Node) -> bool:
        """Say whether a node only stands on the way to what is imported."""
        return node.kind == "name" and not self._graph.statements(node)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)


def _runs_code(node: ast.stmt) -> bool:
    """Say whether a statement, when it is run, may do more than bind names."""
    if isinstance(node, _FUNCTIONS):
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        return bool(node.decorator_list) or any(map(_has_call, defaults))
    if isinstance(node, ast.ClassDef):
        return bool(node.decorator_list or node.bases or node.keywords) or any(
            _runs_code(item) for item in node.body
        )
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        plain = all(isinstance(target, ast.Name) for target in targets)
        return not plain or _has_call(node)
    return not isinstance(node, ast.Import | ast.ImportFrom | ast.AugAssign)


def _has_call(node: ast.AST) -> bool:
    return any(isinstance(item, ast.Call) for item in ast.walk(node))


def _names_bound(statement: Statement) -> Iterator[str]:
    if isinstance(statement.node, _DEFINITIONS):
        yield statement.node.name


def _leaves_project(called: Iterable[Node]) -> bool:
    return any(
        node.kind == "module"
        or (node.kind in {"package", "standard"} and node.module not in _HARMLESS)
        for node in called
    )


def _learns_of_subclasses(node: ast.ClassDef) -> bool:
    return any(keyword.arg == "metaclass" for keyword in node.keywords) or any(
        isinstance(item, ast.FunctionDef) and item.name == "__init_subclass__"
        for item in node.body
    )
