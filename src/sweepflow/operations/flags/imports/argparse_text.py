"""The arguments of a script that uses argparse, from its text."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from sweepflow.operations.flags.imports.arguments import Argument
from sweepflow.operations.flags.imports.text import NotKnownError

if TYPE_CHECKING:
    from sweepflow.operations.flags.imports.text import Script

_GROUPS: Final = {"add_argument_group", "add_mutually_exclusive_group"}
_HARMLESS: Final = {
    *("add_argument", "parse_args", "parse_known_args", "print_help", "print_usage"),
    *("format_help", "format_usage", "error", "exit", "description", "epilog", "usage"),
    *_GROUPS,
}
_TYPES: Final = {"int": "int", "float": "float", "str": "string", "bool": "boolean"}
_ACTIONS: Final = {
    "argparse.BooleanOptionalAction": "boolean_optional",
}
_ONCE: Final = (ast.Module, ast.FunctionDef, ast.Expr, ast.With)


def read_argparse(script: Script) -> list[Argument]:
    """Give the arguments of the one parser that the script makes.

    Raises:
        NotKnownError: There is more than one parser, it gets out of sight, or an
            argument is not written out.
    """
    if not any(
        isinstance(node, ast.Attribute) and node.attr.startswith("parse_")
        for node in ast.walk(script.tree)
    ):
        return []  # nothing is parsed: to run it would be to run all of it
    parents = {
        child: node
        for node in ast.walk(script.tree)
        for child in ast.iter_child_nodes(node)
    }
    names = _receivers(script, parents)
    calls: list[ast.Call] = []
    for node in ast.walk(script.tree):
        if isinstance(node, ast.Name) and node.id in names:
            _check_use(node, parents)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr != "add_argument":
                continue
            if not _is_parser(node.func.value, names):
                raise NotKnownError
            _check_once(node, parents)
            calls.append(node)
    calls.sort(key=lambda call: call.lineno)
    return [_argument(script, call) for call in calls]


def _receivers(script: Script, parents: dict[ast.AST, ast.AST]) -> set[str]:
    """Give the names of the parser and of its groups."""
    made = [
        node
        for node in ast.walk(script.tree)
        if isinstance(node, ast.Call)
        and script.called(node.func) == "argparse.ArgumentParser"
    ]
    if len(made) != 1 or any(k.arg in {"parents", None} for k in made[0].keywords):
        raise NotKnownError
    names = {_name_given(made[0], parents)}
    for node in ast.walk(script.tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _GROUPS
            and isinstance(parents.get(node), ast.Assign)
        ):
            names.add(_name_given(node, parents))
    return names


def _name_given(call: ast.Call, parents: dict[ast.AST, ast.AST]) -> str:
    match parents.get(call):
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            raise NotKnownError


def _check_use(node: ast.Name, parents: dict[ast.AST, ast.AST]) -> None:
    if isinstance(node.ctx, ast.Load):
        above = parents[node]
        if not isinstance(above, ast.Attribute) or above.attr not in _HARMLESS:
            raise NotKnownError


def _is_parser(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in names
        case ast.Call(func=ast.Attribute(value=inner, attr=attr)):
            return attr in _GROUPS and _is_parser(inner, names)
        case _:
            return False


def _check_once(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> None:
    """Make sure that a call is made once, whatever happens."""
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.If) and _is_main(node.test):
            continue
        if not isinstance(node, (*_ONCE, ast.Assign)):
            raise NotKnownError


def _is_main(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]):
            return True
        case _:
            return False


def _argument(script: Script, call: ast.Call) -> Argument:
    options = tuple(script.literal(option) for option in call.args)
    given: dict[str, ast.expr] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise NotKnownError
        given[keyword.arg] = keyword.value

    def literal(name: str) -> Any:  # noqa: ANN401 - any literal
        return script.literal(given[name]) if name in given else None

    action = _action(script, given.get("action"))
    nargs = literal("nargs")
    return Argument(
        options=options,
        negatives=_negatives(options) if action == "boolean_optional" else (),
        action=action,
        default=_default(script, given.get("default")),
        type=_TYPES.get(script.called(given["type"]), "") if "type" in given else "",
        choices=tuple(literal("choices") or ()),
        required=bool(literal("required")),
        several=nargs in {"+", "*"} or (isinstance(nargs, int) and nargs > 1),
        help=_help(script, given.get("help")),
    )


def _negatives(options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"--no-{o[2:]}" for o in options if o.startswith("--"))


def _action(script: Script, node: ast.expr | None) -> str:
    if node is None:
        return "store"
    if isinstance(node, ast.Constant):
        return str(node.value)
    return _ACTIONS.get(script.called(node), "unknown")


def _default(script: Script, node: ast.expr | None) -> Any:  # noqa: ANN401 - any literal
    if node is None or script.called(node) == "argparse.SUPPRESS":
        return None
    return script.literal(node)


def _help(script: Script, node: ast.expr | None) -> str:
    """Give the text; one that is put together says nothing without running it."""
    try:
        return str(script.literal(node)) if node else ""
    except NotKnownError:
        return ""
