"""What a user writes for a flag, as a value, and back.

The types are those of YAML as people know it: `yes`, `1e3`, `null`, `[1, a]`. Unlike in
YAML, text that is nothing of the kind stays as it is: it loses no `#`, is no date.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sweepflow.operations.flags.model import TEXT_TYPES
from sweepflow.operations.flags.scalars import read_scalar, write_scalar
from sweepflow.operations.flags.sequences import read_sequence
from sweepflow.operations.flags.sweeps import may_sweep, read_sweep
from sweepflow.sweep.quoting import is_quoted, meaning

if TYPE_CHECKING:
    from sweepflow.operations.flags.model import Value

_REPEATED: Final = re.compile(r"(\[.*\])\s*\*\s*([0-9]{1,6})", re.DOTALL)
_PLAIN_INSIDE: Final = re.compile(r"[A-Za-z0-9_./][\w./+@-]*(?: [\w./+@-]+)*", re.ASCII)


def parse_value(text: str, flag_type: str = "", *, sweeps: bool = True) -> Value:
    """Give the value that a user means by `text`; several values make a list.

    Where the text is no value of the type, what it is otherwise is given: to check it
    is another matter.

    Args:
        text: What stands behind `NAME=`.
        flag_type: One of Guild's types; `auto` or nothing if the text is to decide.
        sweeps: Whether it may be a sweep expression too, such as `1:3`.

    Raises:
        PlanError: It was meant to be several values, and is wrong.
    """
    textual = flag_type in TEXT_TYPES
    inner = text.strip()
    if inner[:1] in {"'", '"', "["} or (inner[:1] == "{" and not textual):
        several = None if textual and inner[:1] != "[" else read_sequence(inner)
        if several is not None:
            return list(several)
        structured = _read_structured(inner, flag_type)
        if structured is not None:
            return structured[0]
    if not textual and (numbers := read_sequence(inner)) is not None:
        return list(numbers)
    if sweeps and not textual and may_sweep(text):
        swept = read_sweep(text)
        if swept is not None:
            return [_read_swept(one, flag_type) for one in swept]
    return _read_plain(text, flag_type)


def format_value(value: Value) -> str:
    """Write the text that `parse_value` reads as exactly this value."""
    if isinstance(value, list):
        return f"[{', '.join(map(_format_inside, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_format_inside(k)}: {_format_inside(v)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    if not isinstance(value, str):
        return write_scalar(value)
    if value and _is_bare(value):
        return value
    return _quoted(value)


def _read_swept(text: str, flag_type: str) -> Value:
    if is_quoted(text):
        return meaning(text)
    return parse_value(text, flag_type, sweeps=False)


def _is_bare(text: str) -> bool:
    return (
        text.isprintable()
        and text == text.strip()
        and text[0] not in "'\"[{"
        and read_scalar(text) is text
        and "[" not in text
        and not may_sweep(text)
    )


def _format_inside(value: Value) -> str:
    """Write a value that stands in a list or a mapping."""
    if not isinstance(value, str):
        return format_value(value)
    bare = _PLAIN_INSIDE.fullmatch(value) and read_scalar(value) is value
    return value if bare else _quoted(value)


def _quoted(text: str) -> str:
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '\\"':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _read_plain(text: str, flag_type: str) -> Value:
    """Read a text without structure."""
    if flag_type in TEXT_TYPES:
        return text
    value = read_scalar(text)
    if flag_type == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e308 else value
    if flag_type == "boolean" and isinstance(value, (int, float)):
        return bool(value)
    return value


def _read_structured(text: str, flag_type: str) -> tuple[Value] | None:
    """Read quoted text, a list or a mapping; None if it only begins like one."""
    repeated = _REPEATED.fullmatch(text)
    if repeated and (inner := _read_structured(repeated[1], flag_type)):
        values = inner[0]
        return (values * int(repeated[2]),) if isinstance(values, list) else None
    import yaml

    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, (yaml.AliasToken, yaml.AnchorToken, yaml.TagToken)):
                return None
        node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
        return (_read_node(node, flag_type),)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return None


def _read_node(node: Any, flag_type: str) -> Value:  # noqa: ANN401 - a node of YAML
    if node.id == "sequence":
        return [_read_node(item, flag_type) for item in node.value]
    if node.id == "mapping":
        return {str(key.value): _read_node(value, "") for key, value in node.value}
    if node.style in {"'", '"'}:
        return node.value
    return _read_plain(node.value, flag_type) if node.value else None
