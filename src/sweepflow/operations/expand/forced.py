"""Flags that take whatever a user gives: `--force-flags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.operations.flags.types import as_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.flags import Flag


def forced(
    flags: Sequence[Flag], rows: Sequence[Mapping[str, Value]], folder: Path
) -> list[Flag]:
    """Give the flags without their rules, and one for each name that is none of them.

    Args:
        flags: Those of an operation.
        rows: What is given for them.
        folder: What the paths of users are relative to.
    """
    from sweepflow.project.operations.flags import Flag

    loose = [_loose(flag, rows, folder) for flag in flags]
    names = {name for flag in flags for name in (flag.name, flag.alias)}
    others = dict.fromkeys(name for row in rows for name in row if name not in names)
    return [*loose, *(Flag(name=name) for name in others)]


def _loose(flag: Flag, rows: Sequence[Mapping[str, Value]], folder: Path) -> Flag:
    kind = "path" if flag.type == "existing-path" else flag.type
    values = [row.get(flag.name, flag.default) for row in rows]
    rules = {"required": False, "allow_other": True, "min": None, "max": None}
    fits = all(_fits(value, kind, folder) for value in values)
    return flag.model_copy(update={**rules, "type": kind if fits else ""})


def _fits(value: Value, kind: str, folder: Path) -> bool:
    try:
        for one in value if isinstance(value, list) else [value]:
            as_type(one, kind, folder)
    except ValueError:
        return False
    return True
