"""Run a script up to where it parses its arguments, and tell what it has.

    python -m sweepflow.operations.flags.imports.parser OUTPUT TARGET [ARGUMENT…]

What the script's parser, of argparse or of click, was told is written to `OUTPUT` as
JSON, an `Argument` each. Nothing behind that is run.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import runpy
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from sweepflow.operations.flags.imports.arguments import Argument
from sweepflow.operations.flags.imports.click_text import option

if TYPE_CHECKING:
    from collections.abc import Iterable

_TYPES: Final = {int: "int", float: "float", str: "string", bool: "boolean"}
_ACTIONS: Final = {
    "_StoreAction": "store",
    "_StoreTrueAction": "store_true",
    "_StoreFalseAction": "store_false",
    "BooleanOptionalAction": "boolean_optional",
}
_CLICK_TYPES: Final = {
    "integer": "int",
    "integer range": "int",
    "float": "float",
    "float range": "float",
    "text": "string",
    "boolean": "boolean",
}


def main() -> None:
    output, target, *arguments = sys.argv[1:]
    _listen_to_argparse(output, arguments)
    if importlib.util.find_spec("click"):
        _listen_to_click(output, arguments)
    sys.argv = [target, *arguments]
    if not target.endswith(".py"):
        runpy.run_module(target, run_name="__main__", alter_sys=True)
        return
    if not sys.flags.safe_path:
        sys.path[0] = str(Path(target).resolve().parent)
    runpy.run_path(target, run_name="__main__")


def _tell(output: str, arguments: Iterable[Argument]) -> NoReturn:
    told = [asdict(argument) for argument in arguments]
    Path(output).write_text(json.dumps(told, default=lambda _: None), "utf-8")
    os._exit(0)  # the script may catch any exception


def _listen_to_argparse(output: str, words: list[str]) -> None:
    def parse(parser: argparse.ArgumentParser, *_: Any, **__: Any) -> NoReturn:  # noqa: ANN401 - as it is called
        actions = _actions(parser, words)
        _tell(output, [_of_action(action) for action in actions])

    argparse.ArgumentParser.parse_known_args = parse  # pyright: ignore[reportAttributeAccessIssue]


def _actions(parser: argparse.ArgumentParser, words: list[str]) -> list[Any]:
    """Give what a parser, or the command of it that the words name, was told."""
    actions: list[Any] = vars(parser)["_actions"]
    for action in actions:
        if type(action).__name__ == "_SubParsersAction":
            for word in words:
                if word in action.choices:
                    return _actions(action.choices[word], words)
    return actions


def _of_action(action: Any) -> Argument:  # noqa: ANN401 - of any class
    kind = _ACTIONS.get(type(action).__name__, "unknown")
    options = tuple(action.option_strings)
    negatives: tuple[str, ...] = ()
    if kind == "boolean_optional":
        negatives = tuple(o for o in options if o.startswith("--no-"))
    return Argument(
        options=tuple(o for o in options if o not in negatives),
        negatives=negatives,
        action=kind,
        default=None if action.default is argparse.SUPPRESS else action.default,
        type=_TYPES.get(action.type, ""),
        choices=tuple(action.choices or ()),
        required=action.required,
        several=action.nargs in {"+", "*"}
        or (isinstance(action.nargs, int) and action.nargs > 1),
        help=action.help or "",
    )


def _listen_to_click(output: str, words: list[str]) -> None:
    import click

    def make(command: Any, *_: Any, **__: Any) -> NoReturn:  # noqa: ANN401 - as it is called
        for word in words:
            command = getattr(command, "commands", {}).get(word, command)
        options = [p for p in command.params if isinstance(p, click.Option)]
        _tell(output, map(_of_option, options))

    click.Command.make_context = make  # pyright: ignore[reportAttributeAccessIssue]


def _of_option(given: Any) -> Argument:  # noqa: ANN401 - click's versions differ
    default = None if callable(given.default) else given.default
    if type(default).__name__ == "Sentinel":
        default = None
    return option(
        tuple(given.opts),
        tuple(given.secondary_opts),
        "" if given.is_flag else _CLICK_TYPES.get(given.type.name, ""),
        {
            **{name: getattr(given, name) for name in ("is_flag", "count", "required")},
            **{name: getattr(given, name) for name in ("multiple", "nargs", "help")},
            **{name: getattr(given.type, name, None) for name in ("min", "max")},
            "choices": getattr(given.type, "choices", None),
            "default": default,
        },
    )


if __name__ == "__main__":
    main()
