"""Where the values of flags go: arguments, globals of a module, a configuration file.

    args              arguments of the script; `args:click` means the same
    globals           globals of the module, by the names of the flags
    global:NAME       items of the mapping, or attributes of the object, NAME
    dict:NAME         the same
    namespace:NAME    the same, where NAME is made as a namespace if there is none
    config:PATH       a configuration file in the run's folder
    none              nothing but the environment

Variables of the environment are set for all of them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sweepflow.errors import ProjectError
from sweepflow.operations.flags.command import (
    FLAG_ARGS,
    command_words,
    flag_environment,
)
from sweepflow.operations.flags.config_file import write_config
from sweepflow.operations.flags.split import split_text
from sweepflow.operations.flags.values import parse_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.operations.flags.model import FlagLike, Value

_RUNNER: Final = "sweepflow.operations.run_with_globals"
_INSIDE: Final = {"global": "mapping", "dict": "mapping", "namespace": "namespace"}


@dataclass(frozen=True)
class Destination:
    """Where values go.

    Args:
        kind: `args`, `globals`, `mapping`, `namespace`, `config` or `none`.
        name: Of the mapping or namespace; of the file.
    """

    kind: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Destination:
        """Read what a file says for `flags-dest`.

        Raises:
            ProjectError: It is no destination.
        """
        head, colon, name = text.partition(":")
        if head == "args" or text in {"globals", "none"}:
            return cls(head)
        if colon and head in _INSIDE and all(map(str.isidentifier, name.split("."))):
            return cls(_INSIDE[head], name)
        if colon and head == "config" and name:
            return cls("config", name)
        raise ProjectError(
            f"{text!r} is no destination of flags",
            hint="write args, globals, global:NAME, namespace:NAME or config:PATH",
        )


@dataclass(frozen=True)
class Invocation:
    """How a script is run with the values of its flags.

    Args:
        argv: The command.
        environment: Variables to add to those that there are.
        files: What is to be written in the run's folder before, by name.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict[str, str])


def invoke_main(
    main: Sequence[str],
    destination: Destination,
    flags: Sequence[FlagLike],
    values: Mapping[str, Value],
    folder: Path,
) -> Invocation:
    """Give how a Python module or script is run.

    Args:
        main: The words of `main`: a module, `package/module` or a path that ends with
            `.py`, and arguments.
        destination: Where the values go.
        flags: What the operation says about its flags.
        values: Of one run.
        folder: What the path of a configuration file is relative to.

    Raises:
        ProjectError: The configuration file cannot be read.
        PlanError: A word refers to what is no flag.
    """
    target, *words = main
    start = [sys.executable, "-u"]
    files: dict[str, str] = {}
    if destination.kind == "args":
        start += _target(target)
        words = words if FLAG_ARGS in words else [*words, FLAG_ARGS]
    elif destination.kind == "none":
        start += _target(target)
    elif destination.kind == "config":
        start += _target(target)
        path = folder / destination.name
        files[path.name] = write_config(path, typed_values(flags, values))
    else:
        given = {n: v for n, v in typed_values(flags, values).items() if v is not None}
        how = {"into": destination.kind, "name": destination.name, "values": given}
        start += ["-m", _RUNNER, json.dumps(how), target]
    return Invocation(
        argv=(*start, *command_words(words, flags, values)),
        environment=flag_environment(flags, values),
        files=files,
    )


def invoke_command(
    words: Sequence[str], flags: Sequence[FlagLike], values: Mapping[str, Value]
) -> Invocation:
    """Give how the command of `exec` is run; its flags stand where it says so.

    Raises:
        PlanError: A word refers to what is no flag.
    """
    argv = tuple(command_words(words, flags, values))
    return Invocation(argv, flag_environment(flags, values))


def typed_values(
    flags: Sequence[FlagLike], values: Mapping[str, Value]
) -> dict[str, Value]:
    """Give what a destination that knows types gets, by the names that it uses."""
    return {
        flag.arg_name or flag.name: _parts(flag, values.get(flag.name))
        for flag in flags
        if not flag.arg_skip
    }


def _parts(flag: FlagLike, value: Value) -> Value:
    """Give the list that is meant by a value that is to be split."""
    if not flag.arg_split or not isinstance(value, str):
        return value
    parts = split_text(value, flag.arg_split)
    return [parse_value(part, flag.type, sweeps=False) for part in parts]


def _target(main: str) -> list[str]:
    """Give what Python is told to run: a module, or a script by its path."""
    if main.endswith(".py"):
        return [main]
    return [f"{main}.py"] if "/" in main else ["-m", main]
