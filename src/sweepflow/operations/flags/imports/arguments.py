"""An argument of argparse or an option of click, as a flag.

Both ways to find one, in a script's text and in the parser that it makes, end here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sweepflow.operations.flags.imports.flag import (
    ImportedFlag,
    switch,
    tidy,
)


@dataclass(frozen=True)
class Argument:
    """What `add_argument` or `click.option` was told.

    Args:
        options: As they are written: `-x`, `--x`.
        negatives: Options that switch it off, such as `--no-x`.
        action: `store`, `store_true`, `store_false` or `boolean_optional`; others are
            no flags.
        type: As a flag names it.
        several: Whether one option takes several values.
        repeated: Whether the option may be given more than once.
    """

    options: tuple[str, ...]
    negatives: tuple[str, ...] = ()
    action: str = "store"
    default: Any = None
    type: str = ""
    choices: tuple[Any, ...] = ()
    required: bool = False
    several: bool = False
    repeated: bool = False
    help: str = ""
    min: float | None = None
    max: float | None = None

    @classmethod
    def of(cls, told: dict[str, Any]) -> Argument:
        """Give the argument of which JSON has made lists of its tuples."""
        tuples: dict[str, Any] = {
            name: tuple(told[name]) for name in ("options", "negatives", "choices")
        }
        return cls(**{**told, **tuples})

    def flag(self) -> ImportedFlag | None:
        """Give the flag; None for what has no long option, or cannot be set by one."""
        name = _long(self.options)
        if not name or self.action not in _ACTIONS:
            return None
        flag = ImportedFlag(
            name,
            default=self.default,
            description=self.help,
            type=self.type,
            choices=self.choices,
            required=self.required,
            min=self.min,
            max=self.max,
            arg_split=True if self.several else None,
        )
        if self.action == "store":
            return tidy(replace(flag, default=None) if self.repeated else flag)
        off = self.action == "store_false"
        default = off if self.default is None and not self.negatives else self.default
        flag = replace(flag, default=default)
        if self.negatives and self.default:
            return switch(flag, on=False, name=_long(self.negatives))
        return switch(flag, on=not off, name=name if self.negatives else "")


_ACTIONS = {"store", "store_true", "store_false", "boolean_optional"}


def _long(options: tuple[str, ...]) -> str:
    return next((o[2:] for o in options if o.startswith("--") and o[2:]), "")
