"""One text for all ways to write the same code.

The text of a syntax tree, without what cannot change what it does: comments and layout
(the tree has none), docstrings and other statements that are only a constant, `pass`,
and annotations that nothing reads. Fields that are empty are left out, so that a newer
Python, whose nodes have more fields, gives the same text for the same source.
"""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

# These hand the function on, or wrap it, without a look at its annotations.
_BLIND_DECORATORS = {
    *("staticmethod", "classmethod", "property", "setter", "getter", "deleter"),
    *("cached_property", "cache", "lru_cache", "wraps", "contextmanager"),
    *("asynccontextmanager", "abstractmethod", "override", "overload", "final"),
}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = {"body", "orelse", "finalbody"}
_UNSEEN = {"ctx", "kind", "type_comment", "type_ignores", "simple"}

_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def digest(text: str) -> str:
    """Give the SHA-256 of a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(*nodes: ast.AST) -> str:
    """Give the text that is the same for trees that do the same."""
    return _Writer().write(nodes)


def reads_annotations(function: _Definition) -> bool:
    """Say whether a decorator may look at the annotations of a function."""
    return any(
        _last_name(decorator) not in _BLIND_DECORATORS
        for decorator in function.decorator_list
    )


def is_idle(statement: ast.AST) -> bool:
    """Say whether a statement does nothing: a docstring, `...` or `pass`."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


class _Writer:
    """Writes trees with a stack of its own: deep expressions may not exhaust Python's.

    What is still to write stands on the stack, the next on top; a `str` is text that is
    ready.
    """

    def __init__(self) -> None:
        self._out: list[str] = []
        self._stack: list[ast.AST | str] = []
        self._annotated: set[ast.AST] = set()  # nodes whose annotations count

    def write(self, nodes: Iterable[ast.AST]) -> str:
        out, stack = self._out, self._stack
        stack.extend(reversed(list(nodes)))
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                out.append(item)
            elif isinstance(item, ast.Constant):
                out.append(f"Constant({constant(item.value)})")
            else:
                self._node(item)
        return "".join(out)

    def _node(self, node: ast.AST) -> None:
        kind = type(node).__name__
        skipped = _UNSEEN
        if isinstance(node, _FUNCTIONS):
            if reads_annotations(node):
                self._annotated.update(every_argument(node.args))
            else:
                skipped = _UNSEEN | {"returns", "type_params"}
        elif isinstance(node, ast.ClassDef):
            self._annotated.update(_fields_of_class(node))
        elif isinstance(node, ast.arg) and node not in self._annotated:
            skipped = _UNSEEN | {"annotation"}
        elif isinstance(node, ast.AnnAssign) and node not in self._annotated:
            # `x: int = 1` is `x = 1` to all who do not read annotations
            kind = "Assign" if node.value else "Declare"
            todo: list[ast.AST | str] = [kind, "(targets=[", node.target, ",],"]
            todo += ["value=", node.value, ","] if node.value else []
            self._stack.extend(reversed([*todo, ")"]))
            return
        todo = [kind, "("]
        for name in node._fields:
            value = getattr(node, name, None)
            if name in skipped or value is None or value == []:
                continue
            if isinstance(node, ast.JoinedStr):
                value = _joined(node.values)
            todo += [name, "="]
            _append(todo, value, block=name in _BLOCKS)
            todo.append(",")
        todo.append(")")
        self._stack.extend(reversed(todo))


def _append(todo: list[ast.AST | str], value: object, *, block: bool) -> None:
    if isinstance(value, ast.AST):
        todo.append(value)
    elif isinstance(value, list):
        todo.append("[")
        for item in cast("list[object]", value):
            if not (block and isinstance(item, ast.AST) and is_idle(item)):
                _append(todo, item, block=False)
                todo.append(",")
        todo.append("]")
    else:
        todo.append(constant(value))


def constant(value: object) -> str:
    """Give a literal's text, the same in all versions of Python.

    An integer in hexadecimal, since very long ones have no decimal text; a string in
    ASCII, since what counts as printable differs.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value)
    return ascii(value)


def _joined(values: list[ast.expr]) -> list[ast.expr]:
    """Join neighbouring texts of an f-string: how they are split differs by version."""
    joined: list[ast.expr] = []
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            last = joined[-1] if joined else None
            if isinstance(last, ast.Constant) and isinstance(last.value, str):
                joined[-1] = ast.Constant(last.value + value.value)
            elif value.value:
                joined.append(value)
        else:
            joined.append(value)
    return joined


def every_argument(arguments: ast.arguments) -> list[ast.arg]:
    """Give the arguments of a function, of all kinds."""
    more = [arg for arg in (arguments.vararg, arguments.kwarg) if arg]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *more]


def _fields_of_class(node: ast.ClassDef) -> list[ast.AST]:
    """Give the annotated names of a class body: fields of a dataclass or a model."""
    found: list[ast.AST] = []
    todo: list[ast.AST] = [*node.body]
    while todo:
        item = todo.pop()
        if isinstance(item, ast.AnnAssign):
            found.append(item)
        elif isinstance(item, ast.If | ast.Try | ast.With):
            todo.extend(ast.iter_child_nodes(item))
    return found
