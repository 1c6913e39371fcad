"""Whether there is what a reference names, found out without importing it."""

from __future__ import annotations

import ast
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.project.find import project_folder, working_directory
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec


def missing(ref: str) -> str | None:
    """Say why `package.module:name` cannot be imported, where that is certain.

    Modules are looked for as `import_reference` does. A module that may have more names
    than its source shows, such as one with a `*` import, is taken to have any.
    """
    module, _, name = ref.partition(":")
    folders = [str(each) for each in (project_folder(), working_directory())]
    spec = _find(module.split("."), [*folders, *sys.path])
    if spec is None:
        return f"there is no module {module!r} in {folders[0]} or the environment"
    names = bound_names(Path(spec.origin)) if spec.origin else None
    if names is None or name in names:
        return None
    public = sorted(each for each in names if not each.startswith("_"))
    hint = did_you_mean(name, public, "names in it")
    return f"there is no {name!r} in {spec.origin}: {hint}"


def bound_names(source: Path) -> set[str] | None:
    """Give the names that a file binds at its top; None if only running it would tell.

    So it is where it is no Python source, is not valid, or has a `*` import.
    """
    if source.suffix != ".py":
        return None
    try:
        tree = ast.parse(source.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None  # importing it tells more
    names = set(_names(tree))
    return None if names & {"*", "__getattr__"} else names


def _find(parts: Sequence[str], folders: Sequence[str]) -> ModuleSpec | None:
    spec = PathFinder.find_spec(parts[0], folders) or find_spec(parts[0])
    for length in range(2, len(parts) + 1):
        if spec is None or spec.submodule_search_locations is None:
            return None
        inside = list(spec.submodule_search_locations)
        spec = PathFinder.find_spec(".".join(parts[:length]), inside)
    return spec


def _names(tree: ast.Module) -> Iterator[str]:
    """Give what a module binds at its top, also within `if` and `try`."""
    nodes: list[ast.AST] = [tree]
    while nodes:
        match node := nodes.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Import() | ast.ImportFrom():
                yield from (a.asname or a.name.split(".")[0] for a in node.names)
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case _:
                nodes += ast.iter_child_nodes(node)
