"""A flag as a script has it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from sweepflow.operations.flags.split import join_values
from sweepflow.operations.flags.types import as_type
from sweepflow.operations.flags.values import parse_value

if TYPE_CHECKING:
    from sweepflow.operations.flags.model import Value


_KINDS: Final[dict[type, str]] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
}


@dataclass(frozen=True)
class ImportedFlag:
    """What a script says about a flag; `model.FlagLike` tells what the words mean."""

    name: str
    default: Any = None
    description: str = ""
    type: str = ""
    choices: tuple[Any, ...] = ()
    required: bool = False
    min: float | None = None
    max: float | None = None
    arg_name: str = ""
    arg_switch: bool | None = None
    arg_split: bool | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What the script says, without what it leaves open."""
        return {
            one.name: value
            for one in fields(self)
            if (value := getattr(self, one.name)) is not one.default
        }


def of_value(name: str, value: Value) -> ImportedFlag:
    """Give the flag of a global or of a value in a configuration."""
    if isinstance(value, list):
        text = join_values(value, typed=True)
        return ImportedFlag(name, text, arg_split=True)
    return ImportedFlag(name, value, type=_KINDS.get(type(value), ""))


def is_simple(value: Any) -> bool:  # noqa: ANN401 - of a script
    """Tell whether a flag can have the value: nothing, a scalar, or a list of them."""
    if isinstance(value, list):
        return all(map(_is_scalar, cast("list[Any]", value)))
    return _is_scalar(value)


def switch(flag: ImportedFlag, on: bool, name: str = "") -> ImportedFlag:
    """Give a flag whose bare argument stands for a truth value."""
    return replace(flag, type="", choices=(True, False), arg_switch=on, arg_name=name)


def tidy(flag: ImportedFlag) -> ImportedFlag:
    """Give the flag with a default value that its type allows.

    Parsers read a default that is a text as they read an argument; any other, they take
    as it is.
    """
    default: Any = flag.default
    if flag.arg_split:
        if isinstance(default, (list, tuple)):
            several = cast("list[Value]", default)
            return replace(flag, default=join_values(several, typed=False))
        return flag
    if not is_simple(default) or isinstance(default, list):
        return replace(flag, default=None)
    if isinstance(default, str) and flag.type in {"int", "float", "boolean"}:
        default = parse_value(default, flag.type, sweeps=False)
    try:
        as_type(default, flag.type, Path())
    except ValueError:
        return replace(flag, type="")
    return replace(flag, default=default)


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))
