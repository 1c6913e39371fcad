"""What can be known of a script from its text alone."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sweepflow.errors import Place, ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class NotKnownError(Exception):
    """The text does not tell; the script has to be run to know."""


@dataclass(frozen=True)
class Script:
    """A script that was read, and not run.

    Args:
        path: Its file.
        tree: Its syntax tree.
        constants: Globals that are given a literal once.
        modules: What it imports, by the names in it: `np` is `numpy`, and
            `ArgumentParser` may be `argparse.ArgumentParser`.
    """

    path: Path
    tree: ast.Module
    constants: dict[str, Any] = field(default_factory=dict[str, Any])
    modules: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def read(cls, path: Path) -> Script:
        """Read the file.

        Raises:
            ProjectError: It cannot be read, or is no Python.
        """
        try:
            tree = ast.parse(path.read_bytes(), str(path))
        except OSError as error:
            raise ProjectError(f"cannot read the script: {error}") from None
        except (SyntaxError, ValueError) as error:
            raise ProjectError(
                f"the script is no valid Python: {getattr(error, 'msg', error)}",
                place=Place(path, getattr(error, "lineno", None)),
            ) from None
        script = cls(path, tree)
        script.modules.update(_imported(tree))
        script.constants.update(_constants(tree))
        return script

    def literal(self, node: ast.expr) -> Any:  # noqa: ANN401 - any literal
        """Give the value of an expression that is a literal or names a constant.

        Raises:
            NotKnownError: It is anything else.
        """
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError):
            if isinstance(node, ast.Name) and node.id in self.constants:
                return self.constants[node.id]
            raise NotKnownError from None

    def called(self, node: ast.AST) -> str:
        """Give the full name of what a name or attribute leads to, or nothing."""
        if isinstance(node, ast.Name):
            return self.modules.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            above = self.called(node.value)
            return f"{above}.{node.attr}" if above else ""
        return ""

    def imports(self, module: str) -> bool:
        names = self.modules.values()
        return any(name == module or name.startswith(f"{module}.") for name in names)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield alias.asname or top, alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _constants(tree: ast.Module) -> dict[str, Any]:
    """Give what globals are given, if that is a literal and done only once."""
    found: dict[str, Any] = {}
    bound = [
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    for name, value in assigned(tree):
        if bound.count(name) == 1:
            try:
                found[name] = ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError, RecursionError):
                continue
    return found


def assigned(tree: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a module or class assigns, and what, in order."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
        elif (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.value
        ):
            yield node.target.id, node.value
