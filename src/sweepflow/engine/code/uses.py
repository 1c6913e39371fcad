"""What a statement uses: the names it reads, calls and may change.

Nothing is looked up here; that is the graph's work. What runs when the module is
imported (`eager`) is told from what runs when a function is called (`total` has both).
"""

from __future__ import annotations

import ast
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sweepflow.engine.code.canonical import every_argument, reads_annotations
from sweepflow.engine.code.scopes import (
    COMPREHENSIONS,
    Comprehension,
    Function,
    Ref,
    Scope,
    chain,
    children,
    class_scope,
    comprehension_scope,
    function_scope,
    modules_run,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Calls of these do not change what they are given.
_ONLY_READ = {
    *("abs", "all", "any", "bool", "callable", "dict", "enumerate", "filter", "float"),
    *("format", "frozenset", "hash", "id", "int", "isinstance", "issubclass", "iter"),
    *("len", "list", "map", "max", "min", "print", "range", "repr", "reversed"),
    *("round", "set", "sorted", "str", "sum", "tuple", "type", "zip", "bytes"),
    *("getattr", "hasattr", "super"),
}
_BY_NAME = {"getattr", "hasattr", "setattr", "delattr"}


@dataclass(slots=True)
class Touched:
    """Names by what is done with them.

    Args:
        names: All that are read.
        calls: Those that are called.
        stores: Those that are assigned to: `global`, attributes and items.
        methods: Calls of attributes, which may change what the attribute is of.
        passed: What calls get as their arguments.
    """

    names: set[Ref] = field(default_factory=set[Ref])
    calls: set[Ref] = field(default_factory=set[Ref])
    stores: set[Ref] = field(default_factory=set[Ref])
    methods: set[Ref] = field(default_factory=set[Ref])
    passed: set[Ref] = field(default_factory=set[Ref])


@dataclass(slots=True)
class Uses:
    """What one statement of a module uses.

    Args:
        total: By all of it.
        eager: By what runs on import: decorators, defaults, bases, class bodies.
        hints: Names that count only where the project has them: in annotations, or
            in a class body that binds them itself.
        imports: Modules that are imported inside.
        patterns: How the names of modules begin that are computed and imported; a
            leading `""` where nothing is known.
        bases: Of a class.
        bare_call: Whether something is called on import only for what it does.
    """

    total: Touched = field(default_factory=Touched)
    eager: Touched = field(default_factory=Touched)
    hints: set[Ref] = field(default_factory=set[Ref])
    imports: set[str] = field(default_factory=set[str])
    patterns: set[str] = field(default_factory=set[str])
    bases: set[Ref] = field(default_factory=set[Ref])
    bare_call: bool = False


def uses(node: ast.AST, package: str) -> Uses:
    """Give what a statement of a module uses.

    Args:
        node: The statement.
        package: What relative imports start from.
    """
    return _Walker(package).walk(node)


class _Walker:
    def __init__(self, package: str) -> None:
        self.uses = Uses()
        self._package = package
        self._todo: list[tuple[ast.AST, Scope | None]] = []

    def walk(self, node: ast.AST) -> Uses:
        self._todo.append((node, None))
        while self._todo:
            self._visit(*self._todo.pop())
        return self.uses

    def _visit(self, node: ast.AST, scope: Scope | None) -> None:
        special = _SPECIAL.get(type(node))
        if special is not None:
            special(self, node, scope)
        else:
            self.later(children(node), scope)

    def later(self, nodes: list[ast.AST], scope: Scope | None) -> None:
        self._todo.extend((node, scope) for node in nodes)

    def _add(self, kind: str, ref: Ref, scope: Scope | None) -> None:
        getattr(self.uses.total, kind).add(ref)
        if scope is None or scope.eager:
            getattr(self.uses.eager, kind).add(ref)

    def subscript(self, node: ast.Subscript, scope: Scope | None) -> None:
        target = chain(node.value, scope)
        if target and not isinstance(node.ctx, ast.Load):
            self._add("stores", target, scope)
        self.later([node.value, node.slice], scope)

    def augmented(self, node: ast.AugAssign, scope: Scope | None) -> None:
        found = chain(node.target, scope)
        if found and isinstance(node.target, ast.Name):
            self._add("names", found, scope)
        self.later([node.target, node.value], scope)

    def annotated(self, node: ast.AnnAssign, scope: Scope | None) -> None:
        self._hints(node.annotation, scope)
        if scope is not None and scope.is_class:  # the type of a field
            self.later([node.annotation], scope)
        self.later([node.target, *([node.value] if node.value else [])], scope)

    def lone(self, node: ast.Expr, scope: Scope | None) -> None:
        if isinstance(node.value, ast.Call | ast.Await):
            self.uses.bare_call |= scope is None or scope.eager
        self.later([node.value], scope)

    def imported(self, node: ast.Import | ast.ImportFrom, _scope: Scope | None) -> None:
        self.uses.imports.update(modules_run(node, self._package))

    def lambda_(self, node: ast.Lambda, scope: Scope | None) -> None:
        self.later([node.args], scope)
        self.later([node.body], function_scope(node, scope, self._package))

    def name(self, node: ast.Name | ast.Attribute, scope: Scope | None) -> None:
        ref = chain(node, scope)
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                if ref:
                    self._add("names", ref, scope)
                elif scope is not None and scope.is_class:
                    self.uses.hints.add(Ref("", (node.id,)))
            elif scope is not None and node.id in scope.declared:
                self._add("stores", Ref("", (node.id,)), scope)
        elif ref:
            self._add("names", ref, scope)
            if not isinstance(node.ctx, ast.Load):
                self._add("stores", ref, scope)
        else:
            self.later([node.value], scope)

    def call(self, node: ast.Call, scope: Scope | None) -> None:
        callee = chain(node.func, scope)
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        last = ""
        if callee:
            self._add("calls", callee, scope)
            if len(callee.names) > 1:
                self._add("methods", callee, scope)
            last = (callee.names or (callee.module,))[-1]
            if last in _BY_NAME and len(node.args) > 1:
                self._by_name(last, node.args[0], node.args[1], scope)
                values = node.args[1:]
            elif last in {"import_module", "__import__"} and node.args:
                self._import(node.args[0])
        if last not in _ONLY_READ:
            for value in values:
                if passed := chain(value, scope):
                    self._add("passed", passed, scope)
        self.later([node.func, *values], scope)

    def _by_name(
        self, function: str, thing: ast.expr, name: ast.expr, scope: Scope | None
    ) -> None:
        """Read `getattr(x, "y")` as `x.y`; a name that is computed leaves `x` alone."""
        ref = chain(thing, scope)
        if ref is None:
            self.later([thing], scope)
            return
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            ref = Ref(ref.module, (*ref.names, name.value))
        self._add("names", ref, scope)
        if function in {"setattr", "delattr"}:
            self._add("stores", ref, scope)

    def _import(self, name: ast.expr) -> None:
        """Follow the import of a module whose name is a value."""
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            module = name.value
            if module.startswith("."):
                dots = len(module) - len(module.lstrip("."))
                parts = self._package.split(".")
                parts = parts[: len(parts) - (dots - 1)]
                module = ".".join([*parts, module.lstrip(".")])
            self.uses.imports.add(module)
            self.uses.total.names.add(Ref(module))
            return
        head: ast.expr | None = None
        if isinstance(name, ast.JoinedStr) and name.values:
            head = name.values[0]
        elif isinstance(name, ast.BinOp):
            head = name.left
        text = head.value if isinstance(head, ast.Constant) else ""
        known = text.rpartition(".")[0] if isinstance(text, str) else ""
        self.uses.patterns.add(known)

    def function(self, node: Function, scope: Scope | None) -> None:
        self._decorators(node.decorator_list, scope)
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        self.later([value for value in defaults if value], scope)
        annotations = [arg.annotation for arg in every_argument(node.args)]
        for annotation in (*annotations, node.returns):
            if annotation is not None:
                self._hints(annotation, scope)
                if reads_annotations(node):
                    self.later([annotation], scope)
        inner = function_scope(node, scope, self._package)
        self.later([*node.body], inner)

    def class_(self, node: ast.ClassDef, scope: Scope | None) -> None:
        # `class A[T](B[T])` of newer Pythons: T is no name of the module
        generic = {item.name for item in getattr(node, "type_params", [])}
        outer = scope
        if generic:
            outer = Scope(scope, scope is None or scope.eager, bound=generic)
        self._decorators(node.decorator_list, outer)
        self.later([*node.bases, *node.keywords], outer)
        if scope is None:
            found = (chain(base, scope) for base in node.bases)
            self.uses.bases.update(ref for ref in found if ref)
        self.later([*node.body], class_scope(node, scope, self._package))

    def _decorators(self, decorators: list[ast.expr], scope: Scope | None) -> None:
        """A decorator is called, with parentheses or without."""
        self.later([*decorators], scope)
        for decorator in decorators:
            if callee := chain(decorator, scope):
                self._add("calls", callee, scope)
                if len(callee.names) > 1:
                    self._add("methods", callee, scope)

    def comprehension(self, node: Comprehension, scope: Scope | None) -> None:
        inner = comprehension_scope(node, scope)
        # the first iterable is evaluated outside: names of a class body are seen there
        self.later([node.generators[0].iter], scope)
        for number, generator in enumerate(node.generators):
            self.later([generator.target, *generator.ifs], inner)
            if number:
                self.later([generator.iter], inner)
        if isinstance(node, ast.DictComp):
            self.later([node.key, node.value], inner)
        else:
            self.later([node.elt], inner)

    def _hints(self, annotation: ast.expr, scope: Scope | None) -> None:
        """Note what an annotation names, also inside of its strings."""
        todo: list[ast.AST] = [annotation]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                with suppress(SyntaxError, ValueError):  # of `Literal["a b"]`
                    todo.append(ast.parse(node.value, mode="eval").body)
            elif ref := chain(node, scope):
                self.uses.hints.add(ref)
            todo += _named_in(node)


def _named_in(node: ast.AST) -> Iterable[ast.AST]:
    """Give the parts of an annotation, without texts that name no types."""
    parts = list(ast.iter_child_nodes(node))
    name = getattr(node, "value", None)
    called = getattr(name, "id", None) or getattr(name, "attr", None)
    if isinstance(node, ast.Subscript) and called == "Annotated":
        given = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        more = (one for one in given[1:] if not isinstance(one, ast.Constant))
        return [*parts[:1], *given[:1], *more]  # `Annotated[Path, "dataset"]`
    return parts


_SPECIAL: dict[type[ast.AST], Callable[[_Walker, Any, Scope | None], None]] = {
    ast.Name: _Walker.name,
    ast.Attribute: _Walker.name,
    ast.Call: _Walker.call,
    ast.Subscript: _Walker.subscript,
    ast.AugAssign: _Walker.augmented,
    ast.AnnAssign: _Walker.annotated,
    ast.Expr: _Walker.lone,
    ast.Import: _Walker.imported,
    ast.ImportFrom: _Walker.imported,
    ast.FunctionDef: _Walker.function,
    ast.AsyncFunctionDef: _Walker.function,
    ast.Lambda: _Walker.lambda_,
    ast.ClassDef: _Walker.class_,
    **dict.fromkeys(COMPREHENSIONS, _Walker.comprehension),
}
