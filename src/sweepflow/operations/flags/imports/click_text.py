"""The options of a script that uses click, from its text."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from sweepflow.operations.flags.imports.arguments import Argument
from sweepflow.operations.flags.imports.text import NotKnownError

if TYPE_CHECKING:
    from sweepflow.operations.flags.imports.text import Script

_TYPES: Final = {
    "int": "int",
    "click.INT": "int",
    "click.IntRange": "int",
    "float": "float",
    "click.FLOAT": "float",
    "click.FloatRange": "float",
    "str": "string",
    "click.STRING": "string",
    "bool": "boolean",
    "click.BOOL": "boolean",
}
_SETTINGS: Final = frozenset(
    {"default", "is_flag", "count", "required", "multiple", "help", "nargs"}
)
_BY_DEFAULT: Final = {
    "bool": "boolean",
    "int": "int",
    "float": "float",
    "str": "string",
    "NoneType": "string",
}


def read_click(script: Script) -> list[Argument]:
    """Give the options of the one command that the script defines.

    Raises:
        NotKnownError: There are groups or more commands, or an option is not written
            out as a decorator of the command.
    """
    commands = [
        node
        for node in ast.walk(script.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and any(
            script.called(_function(d)) == "click.command" for d in node.decorator_list
        )
    ]
    used = [script.called(node) for node in ast.walk(script.tree)]
    if len(commands) != 1 or {"click.group", "click.Group", "click.Command"} & {*used}:
        raise NotKnownError
    options: list[Argument] = []
    for decorator in commands[0].decorator_list:
        name = script.called(_function(decorator))
        if name == "click.option" and isinstance(decorator, ast.Call):
            options.append(_option(script, decorator))
        elif not name.startswith("click."):
            raise NotKnownError  # it may add options of its own
    return options


def option(
    names: tuple[str, ...],
    negatives: tuple[str, ...],
    type_name: str,
    settings: dict[str, Any],
) -> Argument:
    """Give an option as click understands it.

    Args:
        names: As it is written, without what switches it off.
        negatives: What switches it off.
        type_name: As a flag names it; nothing if the default decides.
        settings: The words of `click.option` that this needs, and `choices`, `min`
            and `max` of its type.
    """
    default: Any = settings.get("default")
    is_flag = bool(negatives) or bool(settings.get("is_flag"))
    action = "count" if settings.get("count") else "store"
    if is_flag:
        action = "store_false" if default and not negatives else "store_true"
    choices = settings.get("choices") or ()
    if not (type_name or choices or is_flag):
        type_name = _BY_DEFAULT.get(type(default).__name__, "")
    return Argument(
        options=names,
        negatives=negatives,
        action=action,
        default=default,
        type=type_name,
        choices=tuple(choices),
        required=bool(settings.get("required")),
        several=settings.get("nargs", 1) != 1,
        repeated=bool(settings.get("multiple")),
        help=settings.get("help") or "",
        min=settings.get("min"),
        max=settings.get("max"),
    )


def _function(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _option(script: Script, call: ast.Call) -> Argument:
    names: list[str] = []
    negatives: list[str] = []
    for declared in (script.literal(argument) for argument in call.args):
        if declared.isidentifier():
            continue  # the parameter's name
        on, _, off = declared.partition("/")
        names.append(on.strip())
        negatives += [off.strip()] if off else []
    settings: dict[str, Any] = {}
    type_name = ""
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in {"cls", "flag_value", "callback"}:
            raise NotKnownError
        if keyword.arg == "type":
            type_name = _type(script, keyword.value, settings)
        elif keyword.arg in _SETTINGS:
            settings[keyword.arg] = script.literal(keyword.value)
    return option(tuple(names), tuple(negatives), type_name, settings)


def _type(script: Script, node: ast.expr, settings: dict[str, Any]) -> str:
    name = script.called(_function(node))
    if isinstance(node, ast.Call):
        if name == "click.Choice" and node.args:
            settings["choices"] = script.literal(node.args[0])
        if name.endswith("Range"):
            bounds = dict(zip(("min", "max"), node.args, strict=False))
            bounds |= {k.arg: k.value for k in node.keywords if k.arg in {"min", "max"}}
            settings |= {key: script.literal(value) for key, value in bounds.items()}
    return _TYPES.get(name, "")
