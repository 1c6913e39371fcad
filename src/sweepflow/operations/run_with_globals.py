"""Run a module or a script with other values for some of its globals.

    python -m sweepflow.operations.run_with_globals HOW TARGET [ARGUMENT…]

`HOW` is JSON: `values` by name, `into` (`globals`, `mapping` or `namespace`) and, for
the latter two, the `name` of the global whose items or attributes the values are. The
file stays as it is; what runs is its syntax tree, where the statement that gives a
global its first value gives it this one. Line numbers are those of the file.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from collections.abc import MutableMapping
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import TracebackType

_HIDDEN: Final = "__sweepflow_flags__"
"""The global that the changed statements refer to."""


def main() -> None:
    how, target, *arguments = sys.argv[1:]
    change = json.loads(how)
    path, spec = _find(target)
    sys.argv = [str(path), *arguments]
    tree = ast.parse(path.read_bytes(), str(path))
    module = ModuleType("__main__")
    module.__file__ = str(path)
    module.__spec__ = spec
    module.__package__ = spec.parent if spec else None
    vars(module).update(_prepare(tree, change))
    sys.modules["__main__"] = module
    sys.excepthook = partial(_show, str(path))
    exec(compile(tree, str(path), "exec", dont_inherit=True), vars(module))  # noqa: S102 - what it is for


def _show(
    script: str,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Show an error that the script raised, without the frames that lead to it."""
    at = trace
    while at and at.tb_frame.f_code.co_filename != script:
        at = at.tb_next
    sys.__excepthook__(kind, error.with_traceback(at or trace), at or trace)


def _find(target: str) -> tuple[Path, ModuleSpec | None]:
    """Give the file of a script or a module, where Python would find it."""
    if target.endswith(".py") or "/" in target:
        path = Path(target if target.endswith(".py") else f"{target}.py")
        if not path.is_file():
            sys.exit(f"there is no script {path}")
        if not sys.flags.safe_path:
            sys.path[0] = str(path.resolve().parent)
        return path, None
    try:
        spec = importlib.util.find_spec(target)
        if spec and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{target}.__main__")
    except ModuleNotFoundError:
        spec = None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        sys.exit(f"there is no Python module {target}")
    return Path(spec.origin), spec


def _prepare(tree: ast.Module, change: dict[str, Any]) -> dict[str, Any]:
    """Change the tree, and give the globals that it begins with."""
    values: dict[str, Any] = change["values"]
    if change["into"] == "globals":
        for name in values:
            _Changer(name, _item(name)).change_first(tree)
        return {**values, _HIDDEN: values}
    name, *path = change["name"].split(".")
    kind: type[Any] = dict if change["into"] == "mapping" else SimpleNamespace

    def updated(thing: Any) -> Any:  # noqa: ANN401 - whatever the script has there
        whole = kind() if thing is None else thing
        inner = whole
        for part in path:
            if _get(inner, part) is None:
                _set(inner, part, kind())
            inner = _get(inner, part)
        for key, value in values.items():
            _put(inner, key, value)
        return whole

    changer = _Changer(name, None)
    changer.change_first(tree)
    return {_HIDDEN: updated} if changer.changed else {name: updated(None)}


def _get(thing: Any, name: str) -> Any:  # noqa: ANN401 - whatever the script has there
    if isinstance(thing, MutableMapping):
        return cast("MutableMapping[str, Any]", thing).get(name)
    return getattr(thing, name, None)


def _put(thing: Any, name: str, value: Any) -> None:  # noqa: ANN401 - likewise
    """Set what is in it, or in a mapping in it: `model.depth`."""
    head, dot, rest = name.partition(".")
    inner = _get(thing, head)
    if dot and _get(thing, name) is None and isinstance(inner, MutableMapping):
        _put(inner, rest, value)
    else:
        _set(thing, name, value)


def _set(thing: Any, name: str, value: Any) -> None:  # noqa: ANN401 - likewise
    if isinstance(thing, MutableMapping):
        cast("MutableMapping[str, Any]", thing)[name] = value
    else:
        setattr(thing, name, value)


def _item(name: str) -> ast.expr:
    return ast.Subscript(_hidden(), ast.Constant(name), ast.Load())


def _hidden() -> ast.Name:
    return ast.Name(_HIDDEN, ast.Load())


class _Changer(ast.NodeTransformer):
    """Changes what a global is first assigned.

    Args:
        name: Of the global.
        value: What it is assigned; None for what it would be, updated.
    """

    def __init__(self, name: str, value: ast.expr | None) -> None:
        self._name = name
        self._value = value
        self.changed = False

    def change_first(self, tree: ast.Module) -> None:
        """Change the first statement of the module that assigns it, in all its arms."""
        for n, statement in enumerate(tree.body):
            new = self.visit(statement)
            if self.changed:
                tree.body[n : n + 1] = new if isinstance(new, list) else [new]
                ast.fix_missing_locations(tree)
                return

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        others = [target for target in node.targets if not self._is_it(target)]
        if len(others) < len(node.targets):
            self.changed = True
            if self._value is None:
                node.value = _called(node.value)
                return node
            own = self._assignment(node, self._value)
            node.targets = others
            return [node, own] if others else own
        if any(self._is_it(part) for target in others for part in ast.walk(target)):
            self.changed = True
            now = _called(ast.Name(self._name, ast.Load()))
            return [node, self._assignment(node, self._value or now)]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if self._is_it(node.target) and node.value:
            self.changed = True
            node.value = ast.copy_location(
                self._value or _called(node.value), node.value
            )
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        if node.name == self._name and self._value is None:
            self.changed = True
            node.decorator_list.insert(0, ast.copy_location(_hidden(), node))
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        return node

    def _is_it(self, node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Name)
            and node.id == self._name
            and isinstance(node.ctx, ast.Store)
        )

    def _assignment(self, near: ast.stmt, value: ast.expr) -> ast.stmt:
        target = ast.Name(self._name, ast.Store())
        return ast.copy_location(ast.Assign([target], value), near)


def _called(value: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Call(_hidden(), [value], []), value)


if __name__ == "__main__":
    main()
