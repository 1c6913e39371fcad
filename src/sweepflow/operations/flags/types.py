"""A value as one of its flag's type."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.operations.flags.model import TEXT_TYPES
from sweepflow.operations.flags.values import format_value

if TYPE_CHECKING:
    from sweepflow.operations.flags.model import Value


def as_type(value: Value, flag_type: str, folder: Path) -> Value:
    """Give `value` as one of the type; null is one of each.

    Args:
        value: Not several values.
        flag_type: One of Guild's types; `auto` or nothing leaves it as it is.
        folder: What the paths of users are relative to.

    Raises:
        ValueError: It is none; the message ends "NAME=VALUE: ...".
    """
    if value is None:
        return None
    if flag_type in TEXT_TYPES:
        return _as_text(value, flag_type, folder)
    if flag_type == "boolean":
        if isinstance(value, (bool, int, float)):
            return bool(value)
        raise ValueError("is neither yes nor no")
    if flag_type not in {"int", "float", "number"}:
        return value
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValueError("is no number")  # noqa: TRY004 - it is what the user wrote
    if flag_type == "float":
        return _as_float(value)
    if flag_type == "int" and isinstance(value, float):
        raise ValueError("is no whole number")
    return value


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError("is too large for a float") from None


def _as_text(value: Value, flag_type: str, folder: Path) -> str:
    if isinstance(value, bool):
        text = str(value)
    else:
        text = value if isinstance(value, str) else format_value(value)
    if flag_type not in {"path", "existing-path"} or not text:
        return text
    path = folder / Path(text).expanduser()
    if flag_type == "existing-path" and not path.exists():
        raise ValueError(f"does not exist (looked for {path})")
    return str(path)
