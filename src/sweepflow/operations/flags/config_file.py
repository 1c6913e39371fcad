"""Configuration files whose values are flags: YAML, JSON and INI.

A flag `section.name` is the value `name` in `section`.
"""

from __future__ import annotations

import configparser
import io
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, cast

from sweepflow.errors import Place, ProjectError
from sweepflow.operations.flags.config_yaml import read_yaml, write_yaml
from sweepflow.operations.flags.scalars import read_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sweepflow.operations.flags.model import Value

_TEMPLATE: Final = ".in"
"""What a file's name may end with behind the ending of its format."""

_FORMATS: Final = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".ini": "ini",
    ".cfg": "ini",
}


def read_config(path: Path) -> dict[str, Value]:
    """Give the values of a file by their dotted names, in its order.

    Raises:
        ProjectError: The file cannot be read, or not as what its name says.
    """
    if _format(path) != "ini":
        return dict(_flat(_load(path), ""))
    parser = _load_ini(path)
    values = {name: read_scalar(text) for name, text in parser.defaults().items()}
    for section in parser.sections():
        for name in _own(parser, section):
            values[f"{section}.{name}"] = read_scalar(parser.get(section, name))
    return values


def write_config(path: Path, values: Mapping[str, Value]) -> str:
    """Give the text of the file with some of its values replaced.

    Args:
        path: The file as it is in the project; it stays as it is.
        values: By dotted names; what the file does not have is added.

    Raises:
        ProjectError: The file cannot be read, or not as what its name says; or a name
            leads into what is no mapping.
    """
    kind = _format(path)
    if kind == "ini":
        return _write_ini(_load_ini(path), values)
    data = _load(path)  # in any case, since that says what is wrong
    if kind == "yaml":
        return write_yaml(path, _read(path), values)
    for name, value in values.items():
        _put(path, data, name, value)
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _put(path: Path, data: dict[str, Value], name: str, value: Value) -> None:
    section, dot, rest = name.partition(".")
    if name in data or not dot:
        data[name] = value
        return
    inner = data.get(section)
    if inner is None:
        inner = data[section] = {}
    elif not isinstance(inner, dict):
        raise ProjectError(
            f"{name!r} cannot be set, since {section!r} is no mapping",
            place=Place(path),
            hint="give the flag another arg-name, or make a mapping of it",
        )
    _put(path, inner, rest, value)


def _format(path: Path) -> str:
    suffix = PurePosixPath(path.name.removesuffix(_TEMPLATE)).suffix.lower()
    if kind := _FORMATS.get(suffix):
        return kind
    raise ProjectError(
        f"flags cannot go into {path.name}",
        hint=f"name a file that ends with {', '.join(_FORMATS)}",
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ProjectError(
            f"cannot read the configuration {path}: {reason}",
            hint="mend config:PATH in flags-dest, or the file",
        ) from None


def _load(path: Path) -> dict[str, Value]:
    text = _read(path)
    import yaml

    try:
        if _format(path) == "json":
            data: Any = json.loads(text)
        else:
            data = read_yaml(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else getattr(error, "lineno", None)
        reason = getattr(error, "problem", None) or error
        raise ProjectError(
            f"the configuration is not valid: {reason}", place=Place(path, line)
        ) from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ProjectError(
            "the configuration is no mapping",
            place=Place(path),
            hint="write NAME: VALUE",
        )
    return cast("dict[str, Value]", data)


def _flat(data: Mapping[str, Value], above: str) -> Iterator[tuple[str, Value]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _load_ini(path: Path) -> configparser.ConfigParser:
    text = _read(path)
    parser = _ini_parser()
    try:
        parser.read_string(text, str(path))
    except configparser.Error as error:
        raise ProjectError(
            f"the configuration is not valid: {error}", place=Place(path)
        ) from None
    return parser


def _ini_parser() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue] - keeps the case
    return parser


def _own(parser: configparser.ConfigParser, section: str) -> Iterator[str]:
    """Yield the names in a section, without those that all sections have."""
    for name in parser.options(section):
        if parser.defaults().get(name) != parser.get(section, name):
            yield name


def _write_ini(parser: configparser.ConfigParser, values: Mapping[str, Value]) -> str:
    for name, value in values.items():
        section, _, option = name.rpartition(".")
        if section and not parser.has_section(section):
            parser.add_section(section)
        parser.set(section or "DEFAULT", option, "" if value is None else str(value))
    text = io.StringIO()
    parser.write(text)
    again = _ini_parser()
    try:
        again.read_string(text.getvalue())
    except configparser.Error:
        again.clear()
    for name in values:
        section, _, option = name.rpartition(".")
        written = parser.get(section or "DEFAULT", option)
        if again.get(section or "DEFAULT", option, fallback=None) != written:
            raise ProjectError(
                f"the value {written!r} of {name!r} cannot stand in an INI file",
                hint="use YAML or JSON, or a text without blanks at its ends and "
                "without line breaks",
            )
    return text.getvalue()
