"""Globals of a script, as flags: what it assigns that is a simple literal."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from sweepflow.operations.flags.imports.flag import ImportedFlag, is_simple, of_value
from sweepflow.operations.flags.imports.text import assigned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sweepflow.operations.flags.imports.text import Script


def read_globals(script: Script) -> list[ImportedFlag]:
    """Give a flag for each public global that is first assigned a simple literal."""
    return list(_flags(assigned(script.tree)))


def read_inside(script: Script, path: str) -> list[ImportedFlag]:
    """Give a flag for each simple item or attribute that a global is made with.

    Those of a mapping within it have its key before theirs: `model.depth`.

    Args:
        script: The script.
        path: The name of the global, or further inside: `params.train`.
    """
    name, *inner = path.split(".")
    for node in script.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name and not inner:
            return list(_flags(assigned(node)))
    value = dict(reversed(list(assigned(script.tree)))).get(name)
    for part in inner:
        value = dict(_items(value)).get(part)
    return list(_flags(_nested(_items(value))))


def _flags(assignments: Iterable[tuple[str, ast.expr]]) -> Iterator[ImportedFlag]:
    seen: set[str] = set()
    for name, node in assignments:
        if name in seen:
            continue
        seen.add(name)
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError):
            continue
        if not name.startswith("_") and is_simple(value):
            yield of_value(name, value)


def _nested(
    items: Iterable[tuple[str, ast.expr]],
) -> Iterator[tuple[str, ast.expr]]:
    for name, node in items:
        if inner := list(_items(node)):
            yield from ((f"{name}.{key}", value) for key, value in _nested(inner))
        else:
            yield name, node


def _items(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """Yield what a mapping's literal, or a call such as `dict(a=1)`, has in it."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg:
                yield keyword.arg, keyword.value
