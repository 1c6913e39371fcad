"""Values of flags as the arguments and the environment of a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sweepflow.errors import PlanError
from sweepflow.operations.flags.references import resolve
from sweepflow.operations.flags.split import join_values, split_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sweepflow.operations.flags.model import FlagLike, Value

FLAG_ARGS: Final = "${flag_args}"
"""In the words of a command: where the arguments of the flags stand."""

_NO_NAME: Final = re.compile(r"[^A-Z0-9_]")


def command_words(
    words: Sequence[str],
    flags: Sequence[FlagLike],
    values: Mapping[str, Value],
) -> list[str]:
    """Give the arguments of a command.

    Args:
        words: As the project file has them, split, with references to flags; where
            the flags' own arguments are to stand, `FLAG_ARGS`.
        flags: What the operation says about its flags.
        values: Of one run.

    Raises:
        PlanError: A word refers to what is no flag.
    """
    arguments = list(flag_arguments(flags, values, words))
    scope: dict[str, Value] = {name: as_argument(v) for name, v in values.items()}
    built: list[str] = []
    for word in words:
        built += arguments if word == FLAG_ARGS else [str(resolve(word, scope))]
    return built


def flag_arguments(
    flags: Sequence[FlagLike], values: Mapping[str, Value], words: Sequence[str] = ()
) -> Iterator[str]:
    """Yield `--name value` for each flag that has a value, by name.

    Args:
        flags: What the operation says about them.
        values: Of one run.
        words: What stands in the command anyway; an argument in it wins over its flag.
    """
    for flag in sorted(flags, key=lambda flag: flag.name):
        option = f"--{flag.arg_name or flag.name}"
        if not flag.arg_skip and option not in words:
            yield from _option(option, flag, values.get(flag.name))


def shadowed(flags: Sequence[FlagLike], words: Sequence[str]) -> list[str]:
    """Give the flags that have no effect, since the command has their argument."""
    return [flag.name for flag in flags if f"--{flag.arg_name or flag.name}" in words]


def flag_environment(
    flags: Sequence[FlagLike], values: Mapping[str, Value]
) -> dict[str, str]:
    """Give a variable for each flag, `FLAG_NAME` if the flag says no other name.

    Raises:
        PlanError: A value has a character that no command can be given.
    """
    environment: dict[str, str] = {}
    for flag in flags:
        encoding = flag.env_encoding or flag.arg_encoding
        text = as_argument(values.get(flag.name), encoding)
        if "\0" in text:
            raise PlanError(
                f"the value of flag {flag.name!r} has a NUL character in it",
                hint="no argument and no variable can have one; use a file",
            )
        environment[flag.env_name or variable_name(flag.name)] = text
    return environment


def variable_name(flag: str) -> str:
    return f"FLAG_{_NO_NAME.sub('_', flag.upper())}"


def as_argument(value: Value, encoding: Any = None) -> str:  # noqa: ANN401 - as in a flag
    """Write a value as scripts read arguments: false is empty text, which is false."""
    if isinstance(encoding, dict):
        for known, written in encoding.items():  # pyright: ignore[reportUnknownVariableType]
            if known == value and isinstance(known, bool) == isinstance(value, bool):
                return as_argument(written)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, str):
        return value
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return join_values(value, typed=False) if isinstance(value, list) else repr(value)


def _option(option: str, flag: FlagLike, value: Value) -> list[str]:
    if flag.arg_switch is not None:
        return [option] if value == flag.arg_switch else []
    if value is None:
        return []
    if not flag.arg_split:
        return [option, as_argument(value, flag.arg_encoding)]
    if isinstance(value, list):
        parts = [as_argument(item) for item in value]
    else:
        parts = split_text(as_argument(value, flag.arg_encoding), flag.arg_split)
    return [option, *parts] if parts else []
